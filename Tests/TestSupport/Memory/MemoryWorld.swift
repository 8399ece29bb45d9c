package import ServiceRuntime
package import Shared

/// All stores in one memory: what Redis would hold, with the meaning that our scripts give it and
/// a clock that only moves when it is told to. One call is one script's step: nothing happens in
/// between. Used by one thread at a time.
package final class MemoryWorld {
    /// Number of partitions of every queue.
    package let partitions: Int
    /// The server's clock, ms. Tests move it, never back.
    package var now: Int64
    /// Rules that are taken out, to show what happens without them.
    package var without: Set<Rule> = []

    package var hashes = Expiring<HashKey, Fields>()
    package var sets = Expiring<SetKey, Set<String>>()
    package var strings = Expiring<StringKey, String>()
    package var streams: [String: MemoryStream] = [:]
    /// Deferred messages of each lane, soonest first.
    package var delayed: [String: [Delayed]] = [:]
    /// Ids that were sent to each provider's queue.
    package var sent: [String: [String: Int64]] = [:]
    /// Members of each service, and when they beat last.
    package var members: [String: [String: Int64]] = [:]
    /// The house's triggers.
    package var triggers: [Symbol: MemoryTriggers] = [:]
    /// Requests that the house has answered into each queue of reports.
    package var answered: [String: Set<LifecycleID>] = [:]
    /// Answers that were announced, `<user_type>:<id> <request_id>`.
    package var announced: [String] = []

    /// How often each id entered a provider's queue.
    package var enqueued: [String: Int] = [:]
    /// How many messages were routed to workers.
    package var routed = 0
    /// The oldest decision that was applied, ms.
    package var oldestApplied: Int64 = 0

    package struct Delayed {
        package let due: Int64
        package let fields: Fields
    }

    /// - Parameter now: where the virtual clock starts, ms since 1970.
    package init(partitions: Int = 1, now: Int64 = 1_760_000_000_000) {
        self.partitions = partitions
        self.now = now
    }

    func keeps(_ rule: Rule) -> Bool { !without.contains(rule) }
}

/// Writing and reading keys, for scripts and tests alike.
extension MemoryWorld {
    package subscript(hash key: HashKey) -> Fields {
        get { hashes[key, at: now] ?? Fields() }
        set { hashes[key, at: now] = newValue.isEmpty ? nil : newValue }
    }

    package subscript(set key: SetKey) -> Set<String> {
        get { sets[key, at: now] ?? [] }
        set { sets[key, at: now] = newValue.isEmpty ? nil : newValue }
    }

    package subscript(string key: StringKey) -> String? { strings[key, at: now] }

    package func entries(of stream: StreamKey) -> [Entry] { streams[stream.text]?.entries ?? [] }

    /// Sets a text and its expiry, as SET does. Nil milliseconds keep it for good.
    package func set(_ key: StringKey, _ text: String, milliseconds: Int64? = nil) {
        strings[key, at: now] = text
        strings.expire(key, at: milliseconds.map { now + $0 })
    }

    /// Sets fields of a hash, as HSET does.
    package func set(_ key: HashKey, _ fields: Fields) {
        var hash = self[hash: key]
        for field in fields.list { hash[field.name] = field.value }
        self[hash: key] = hash
    }

    @discardableResult
    package func append(_ fields: Fields, to stream: StreamKey) -> EntryID {
        self.stream(stream).append(fields, at: now)
    }

    /// The stream itself; an empty one where nothing was written yet.
    package func stream(_ key: StreamKey) -> MemoryStream {
        if let stream = streams[key.text] { return stream }
        let stream = MemoryStream()
        streams[key.text] = stream
        return stream
    }

    /// Puts a command into its account's partition of the orders.
    @discardableResult
    package func submit(_ command: Fields, for account: AccountID) -> EntryID {
        append(command, to: LaneID(queue: .orders, account.partition(of: partitions)).stream)
    }

    /// Sets a price of this moment, as script `tick` does.
    package func tick(_ symbol: Symbol, bid: Price, ask: Price) {
        set(
            Keys.market(symbol),
            Fields(["bid": bid.text, "ask": ask.text, "ts": String(now)]))
        triggers[symbol, default: MemoryTriggers()].quote(bid: bid, ask: ask, stamp: now)
    }
}

extension MemoryWorld: FillPriceStore {
    package func prices(
        _ symbols: Set<Symbol>, for places: Set<FillPlace>
    ) throws(StoreError) -> StampedPrices {
        StampedPrices(
            prices: try prices(symbols),
            times: Dictionary(uniqueKeysWithValues: places.map { ($0, now) }))
    }
}

extension MemoryWorld: PriceStore {
    package func prices(_ symbols: Set<Symbol>) throws(StoreError) -> Prices {
        var prices = Prices()
        for symbol in symbols {
            let hash = self[hash: Keys.market(symbol)]
            guard !hash.isEmpty else { continue }
            do {
                prices[symbol] = MarketPrice(
                    bid: try hash.required("bid") { try Price($0) },
                    ask: try hash.required("ask") { try Price($0) },
                    ageMilliseconds: now - (try hash.required("ts", Number.int64)))
            } catch {
                throw .refused(operation: "price", detail: "\(error)")
            }
        }
        return prices
    }
}
