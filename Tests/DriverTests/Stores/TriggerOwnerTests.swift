import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

/// Processes that look after symbols, on real servers: shares, take-overs, deaths between two steps.
@Suite(.enabled(if: PrivateRedis.shouldRun))
struct TriggerOwnerTests {
    /// One process's part.
    private struct Process {
        var owner: TriggerOwner
        let round: TriggerRound

        init(_ name: String, _ home: StoreHome) {
            let stores = home.another()
            owner = TriggerOwner(
                member: name, coordination: stores.coordination, triggers: stores.triggers,
                numbers: RandomNumbers())
            round = TriggerRound(
                stores.triggers, reports: stores.reports, partitions: 4, rules: HouseRules(),
                counters: NoCounters())
        }

        mutating func share(paused: Bool = false) throws {
            _ = try owner.share(sentAt: .now(), isPaused: paused)
        }

        var symbols: Set<Symbol> { Set(owner.claims(at: .now()).keys) }
    }

    private func reports(_ home: StoreHome) throws -> [Fields] {
        try (0..<4).flatMap { try home.entries(LaneID(queue: .reports, $0).stream) }
            .filter { $0["key"] == home.key.text }
    }

    @Test("members share symbols evenly, and a dead one's are taken over")
    func sharing() throws {
        let server = try PrivateRedis()
        defer { server.stop() }
        let home = try StoreHome(server.address)
        let symbols = Set(try (1...6).map { try Symbol("T\($0)") })
        try home.stores.triggers.register(symbols)
        var first = Process("a", home)
        try first.share()
        #expect(first.symbols == symbols)
        var second = Process("b", home)
        try second.share()
        #expect(second.symbols.isEmpty)
        try first.share()
        try second.share()
        #expect(first.symbols.count == 3 && second.symbols.count == 3)
        #expect(first.symbols.isDisjoint(with: second.symbols))
        // The first one dies: its leases run out, and it is no member any more.
        for symbol in first.symbols { try home.ask("DEL", TriggerKeys(symbol).lease) }
        try home.ask("ZREM", Keys.members(TriggerOwner.service), "a")
        try second.share()
        #expect(second.symbols == symbols)
        #expect(first.round.look(at: first.owner.claims(at: .now())).lost == first.symbols)
        try second.share(paused: true)
        #expect(second.symbols.isEmpty)
        try second.share()
        #expect(second.symbols == symbols)
        try second.owner.leave()
        #expect(try !home.isThere(TriggerKeys(try Symbol("T1")).lease))
    }

    @Test("a lease that nobody renews runs out, and another process goes on where it ended")
    func takeOver() throws {
        let server = try PrivateRedis()
        defer { server.stop() }
        let home = TriggerHome(try StoreHome(server.address))
        try home.store.stores.triggers.register([home.store.symbol])
        _ = try home.change(.rest(.buyLimit, price: "1.1", quantity: "1"))
        var first = Process("a", home.store)
        try first.share()
        try home.quote("1", "1")
        // It fires, and dies before it has said so.
        let claims = first.owner.claims(at: .now())
        let nonce = try #require(claims[home.store.symbol])
        let watch = TriggerWatch(symbol: home.store.symbol, nonce: nonce)
        guard case .fired(let fills, _) = try home.look(watch) else {
            Issue.record("lease lost")
            return
        }
        #expect(fills.count == 1)
        try home.quote("3", "3")
        try home.store.ask("ZREM", Keys.members(TriggerOwner.service), "a")
        var second = Process("b", home.store)
        let isTaken = eventually(within: .seconds(15), every: .milliseconds(200)) {
            do {
                try second.share()
            } catch {
                Issue.record("\(error)")
            }
            return !second.symbols.isEmpty
        }
        #expect(isTaken)
        #expect(second.round.look(at: second.owner.claims(at: .now())) == .init())
        #expect(try reports(home.store).map { $0["avgpx"] } == ["1"])
        #expect(try reports(home.store).map { $0["ts"] } == [String(fills[0].timestamp)])
        #expect(try !home.store.isThere(home.keys.firing))
    }

    @Test(
        "a process that dies after the report says the same again", arguments: Deployment.allCases)
    func saidTwice(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        try home.own()
        _ = try home.change(.rest(.sellStop, price: "1.1", quantity: "1"))
        try home.quote("1", "1")
        let fills = try home.fire()
        let partition = home.store.account.partition(of: 4)
        let report = PlacedReport(partition: partition, report: try #require(fills.first).report)
        try home.store.stores.reports.send([report])[0].get()
        let next = Process("b", home.store)
        _ = next.round.look(at: [home.store.symbol: home.nonce])
        let said = try reports(home.store)
        #expect(said.count == 2 && said[0] == said[1])
        _ = next.round.look(at: [home.store.symbol: home.nonce])
        #expect(try reports(home.store).count == 2)
    }

    @Test("ten thousand stops: a tick that fires none, and one that fires a thousand")
    func tenThousand() throws {
        let server = try PrivateRedis()
        defer { server.stop() }
        let home = TriggerHome(try StoreHome(server.address))
        try home.own()
        let changes = try (0..<10_000).map { index in
            let price = try Price("1") - Price(raw: Int64(index / 1_000) * 1_000_000)
            return try home.asking(
                .setLeg(.stopLoss, .buy, price: price, quantity: try Quantity("1")),
                under: "SL\(index)", order: OrderID(number: Int64(index + 1)))
        }
        for reply in home.store.stores.triggers.change(changes) { _ = try reply.get() }
        let process = Process("a", home.store)
        try home.quote("1.1", "1.1002")
        _ = process.round.look(at: [home.store.symbol: home.nonce])
        #expect(try home.resting() == 10_000)
        try home.quote("1", "1.0002")
        _ = process.round.look(at: [home.store.symbol: home.nonce])
        let said = try (0..<4).flatMap {
            try home.store.entries(LaneID(queue: .reports, $0).stream)
        }
        #expect(Set(said.compactMap { $0["exec_id"] }).count == 1_000 && said.count == 1_000)
        #expect(try home.resting() == 9_000)
    }
}

private final class RandomNumbers: NumberSource {
    func nextNumber() throws(StoreError) -> Int64 {
        throw .unavailable(operation: "number", detail: "none is needed")
    }

    func random() -> UInt64 { UInt64.random(in: .min ... .max) }
}

private final class NoCounters: OutcomeCounting {
    func count(_ outcome: OutcomeClass, _ reason: String) {}
    func applied(arrival: EntryID, at: Int64) {}
    func transition(_ record: Record) {}
    func alarm(_ message: StaticString, _ values: KeyValuePairs<String, String>) {}
}
