import Lives
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

@testable import Fleet

/// Reads what a fleet at rest holds, by the keys of the accounts and orders that its events name.
struct FleetEvidence {
    private let fleet: FleetUnderTest
    private let world: MemoryWorld

    init(_ fleet: FleetUnderTest) {
        self.fleet = fleet
        world = MemoryWorld(partitions: FleetUnderTest.partitions, now: WallClock.milliseconds())
    }

    /// All that the checks judge.
    ///
    /// - Parameter arrivals: how often each request came to the provider.
    func read(
        _ clients: FleetClients, _ provider: ProviderModel, arrivals: [String: Int]
    ) throws -> Evidence {
        let events = try events()
        let symbols = try Samples.instruments.map { try Symbol($0.symbol) }
        let orders = try events.flatMap { account, list in
            try Set(list.compactMap { $0["order_id"] }).map { OrderKey(account, try OrderID($0)) }
        }
        try copy(
            clients.accounts.flatMap { [$0.portfolio, $0.config, $0.book, $0.outbox] }
                + orders.flatMap { key in
                    [
                        key.account.holdings(key.order), key.account.orderDone(key.order),
                        Keys.orderData(key.order),
                    ]
                }
                + clients.submitted.values.map { command in
                    let request = try RequestID(command.fields["request_id"] ?? "")
                    return command.account.orderResult(request)
                })
        try copy(
            clients.accounts.map(\.ordersIndex)
                + symbols.flatMap { symbol in
                    UserType.allCases.map { Keys.symbolHolders(symbol, $0) }
                })
        world.announced = Array(clients.announced)
        try copySent(arrivals)
        let lanes =
            FleetUnderTest.allLanes
            + FleetUnderTest.lanes(of: Role.provider(FleetUnderTest.outside))
        for lane in lanes { try copyLetters(of: lane) }
        return Evidence(
            world, accounts: clients.accounts, events: events, submitted: clients.submitted,
            provider: provider, held: try held(symbols), booked: try booked(), lanes: lanes)
    }

    private static let chunk = 1_000

    private func copy(_ keys: [HashKey]) throws {
        for start in stride(from: 0, to: keys.count, by: Self.chunk) {
            let some = Array(keys[start..<min(start + Self.chunk, keys.count)])
            for (key, fields) in zip(some, try fleet.client.fields(of: some)) {
                world[hash: key] = fields
            }
        }
    }

    private func copy(_ keys: [SetKey]) throws {
        for key in keys {
            let members = try fleet.ask("SMEMBERS", key).elements ?? []
            world[set: key] = Set(members.compactMap(\.string))
        }
    }

    /// What was ever sent to a provider: what its queue remembers, and what reached it.
    private func copySent(_ arrivals: [String: Int]) throws {
        for provider in [Provider.house, FleetUnderTest.outside] {
            for lane in FleetUnderTest.lanes(of: Role.provider(provider)) {
                let ids = try fleet.ask("ZRANGE", lane.sent, "0", "-1").elements ?? []
                for id in ids.compactMap(\.string) {
                    world.enqueued[id] = provider == .house ? 1 : 0
                }
            }
        }
        world.enqueued.merge(arrivals) { $0 + $1 }
    }

    /// With each the order that its id leads to.
    private func copyLetters(of lane: LaneID) throws {
        for letter in try fleet.client.entries(of: lane.dead, count: .max) {
            world.append(letter.fields, to: lane.dead)
            for name in ["report_id", "order_id"] {
                guard let text = letter.fields[name], let id = try? LifecycleID(text),
                    let order = try fleet.client.text(of: Keys.lookup(id))
                else { continue }
                world.set(Keys.lookup(id), order)
            }
        }
    }
}

/// What Postgres holds, and the house.
extension FleetEvidence {
    /// What the checks read of an event.
    private static let names = [
        "user_type", "user_id", "order_id", "orders_version", "order_version", "type",
        "from_state", "to_state", "event_id", "request_id", "ledger", "balance", "symbol",
        "state_before", EventField.arrival,
    ]

    private func events() throws -> [AccountID: [Fields]] {
        let columns = Self.names.map { "fields->>'\($0)' AS \($0)" }.joined(separator: ", ")
        let rows = try fleet.database.query(
            """
            SELECT user_type AS owner_type, user_id AS owner_id, \(columns) FROM order_events e
            ORDER BY e.user_type, e.user_id, e.orders_version
            """)
        var events: [AccountID: [Fields]] = [:]
        for row in rows {
            let type = try UserType(text: try row.text("owner_type"))
            var event = Fields()
            for name in Self.names {
                if let value = try row.optionalText(name) { event.append(name, value) }
            }
            events[try AccountID(type, try row.text("owner_id")), default: []].append(event)
        }
        return events
    }

    private func booked() throws -> [AccountID: Money] {
        let rows = try fleet.database.query(
            """
            SELECT user_type, user_id, sum(amount)::text AS total FROM ledger_entries
            GROUP BY user_type, user_id
            """)
        var booked: [AccountID: Money] = [:]
        for row in rows {
            let type = try UserType(text: try row.text("user_type"))
            booked[try AccountID(type, try row.text("user_id"))] = try Money(row.text("total"))
        }
        return booked
    }

    /// The house packs what it holds; the server unpacks it.
    private static let unpack = """
        local list, all = {}, redis.call('HGETALL', KEYS[1])
        for i = 1, #all, 2 do
          local r = cmsgpack.unpack(all[i + 1])
          local sl, tp = r.sl or {}, r.tp or {}
          list[#list + 1] = {
            all[i], r.state, r.price or '', r.quantity or '', sl[2] or '', sl[1] or '',
            tp[2] or '', tp[1] or ''}
        end
        return list
        """

    private func held(_ symbols: [Symbol]) throws -> [OrderID: HeldOrder] {
        var held: [OrderID: HeldOrder] = [:]
        for symbol in symbols {
            let key = TriggerKeys(symbol).orders
            let command = RedisCommand("EVAL", slot: key.slot.number, [Self.unpack, "1", key.text])
            for order in try fleet.client.call(command).get().elements ?? [] {
                let texts = (order.elements ?? []).compactMap(\.string)
                held[try OrderID(texts[0])] = try Self.order(texts)
            }
        }
        return held
    }

    private static func order(_ texts: [String]) throws -> HeldOrder {
        let standing: HeldOrder.Standing =
            switch texts[1] {
            case "pending": .pending
            case "open": .open
            default: .ended
            }
        var legs: [Leg: (id: LifecycleID, price: Price)] = [:]
        for (leg, place) in [(Leg.stopLoss, 4), (.takeProfit, 6)] where !texts[place].isEmpty {
            legs[leg] = (try LifecycleID(texts[place]), try Price(texts[place + 1]))
        }
        return HeldOrder(
            standing, price: texts[2].isEmpty ? nil : try Price(texts[2]),
            quantity: texts[3].isEmpty ? nil : try Quantity(texts[3]), legs: legs)
    }
}

extension FleetUnderTest {
    /// Requests that were ever sent to a provider, each counted once.
    func remembered(by provider: Provider) throws -> Int64 {
        try Self.lanes(of: Role.provider(provider)).reduce(0) { try $0 + count("ZCARD", $1.sent) }
    }
}

extension Trading {
    /// The instruments of the samples. Their prices are told by whoever moves them.
    static let wandering = Trading(terms: sampleTerms, quotes: [])

    private static let sampleTerms: String = {
        let instruments = Samples.instruments.map { instrument in
            let fields = instrument.fields.list.filter { $0.name != "group" }
                .map { "\"\($0.name)\": \"\($0.value)\"" }
            return "\"\(instrument.symbol)\": {\(fields.joined(separator: ", "))}"
        }
        return "{\"\(Samples.group)\": {\(instruments.joined(separator: ",\n"))}}"
    }()
}
