import Lives
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

@testable import Fleet

/// A real fleet as clients and the provider meet it: its queues, and a market of ours. All chance about an
/// order comes from the seed and from the request that placed it. Used by one thread.
final class FleetStage: Stage {
    /// How much faster time goes here than in the simulation.
    private static let pace: Int64 = 5

    let partitions = FleetUnderTest.partitions
    let seed: UInt64
    private let client: RedisClient
    private let feed: RedisPriceStore
    private var market: WanderingMarket
    private var drift: SplitMix64
    private var dice: [OrderID: SplitMix64] = [:]
    private var agenda = Agenda()
    private var leaving: [Leaving] = []
    /// Reports that were sent.
    private(set) var reports = 0
    /// Whether prices still wander. They are told again and again in any case.
    var wanders = true
    private var lastQuote: Int64 = 0

    private struct Leaving {
        let stream: StreamKey
        let fields: Fields
        var sent: (EntryID) -> Void = { _ in }
    }

    init(_ address: RedisAddress, seed: UInt64) throws {
        self.seed = seed
        client = RedisClient(address)
        feed = RedisPriceStore(client)
        market = try WanderingMarket(pause: 1_000 / Self.pace)
        drift = SplitMix64(seed: seed)
    }

    var now: Int64 { WallClock.milliseconds() }
    var isIdle: Bool { agenda.isEmpty && leaving.isEmpty }

    /// A generator of its own for whatever has a name.
    func generator(for name: String) -> SplitMix64 {
        SplitMix64(seed: name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }

    /// From now on the provider's decisions about an order come from the request that placed it.
    func know(_ order: OrderID, placedBy request: String) {
        if dice[order] == nil { dice[order] = generator(for: "provider " + request) }
    }

    func price(of symbol: Symbol) -> MarketPrice? { market.price(of: symbol) }

    func draw(below bound: Int, about order: OrderID) -> Int {
        dice[order, default: generator(for: order.text)].below(bound)
    }

    func plan(in milliseconds: Int64, _ action: @escaping () -> Void) {
        agenda.plan(at: MonotonicTime.now().milliseconds + milliseconds / Self.pace, action)
    }

    func append(report: Fields, to partition: Int, sent: @escaping (EntryID) -> Void) {
        reports += 1
        leaving.append(
            Leaving(
                stream: LaneID(queue: .reports, partition).stream, fields: report, sent: sent))
    }

    func submit(_ command: Fields, _ account: AccountID) {
        let lane = LaneID(queue: .orders, account.partition(of: partitions))
        leaving.append(Leaving(stream: lane.stream, fields: command))
    }

    func note(_ who: String, _ what: @autoclosure () -> String) {}

    /// Does what is due and sends what came of it; says whether there was anything.
    func turn() throws -> Bool {
        let time = MonotonicTime.now().milliseconds
        var worked = false
        while let action = agenda.next(at: time) {
            worked = true
            action()
        }
        try quote(at: time)
        return try flush() || worked
    }

    private func quote(at time: Int64) throws {
        let moved = wanders && market.tick(at: time, &drift)
        // Told again where nothing moved, so that no price grows old.
        guard moved || time - lastQuote >= 500 else { return }
        lastQuote = time
        let quotes = market.ticks.map {
            RedisPriceStore.Quote(symbol: $0.symbol, bid: $0.bid, ask: $0.ask)
        }
        for result in feed.publish(quotes) { try result.get() }
    }

    /// Everything in one round trip, in order.
    private func flush() throws -> Bool {
        guard !leaving.isEmpty else { return false }
        let batch = leaving
        leaving = []
        let ids = client.append(batch.map { (key: $0.stream, fields: $0.fields) })
        for (item, id) in zip(batch, ids) {
            let text = try id.get()
            guard let entry = EntryID(text) else {
                throw FieldError("entry", text, rule: "is no entry id")
            }
            item.sent(entry)
        }
        return true
    }
}

extension MonotonicTime {
    fileprivate var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
