import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

@Suite("The house, cut off anywhere") struct HouseCutTests {
    private static let later: [String: String?] = [
        "key": "user_holdings:{demo:7}:42", "order_id": "42",
    ]

    private static let entries = [
        HouseFixture.entry(1, HouseFixture.pending), HouseFixture.entry(2, HouseFixture.modify),
        HouseFixture.entry(3, HouseFixture.cancel),
        HouseFixture.entry(4, HouseFixture.stopLoss, later),
        HouseFixture.entry(5, HouseFixture.close, later),
        HouseFixture.entry(
            6, HouseFixture.place,
            ["key": "user_holdings:{demo:7}:43", "order_id": "43", "symbol": "GBPUSD"]),
    ]

    private static let answers = [
        "41": "PENDING", "MOD1": "MODIFY", "CXL1": "CANCELLED", "SL1": "PENDING",
        "CLS700": "EXECUTED", "43": "REJECTED",
    ]

    @Test("a repeat says what was said, and changes nothing")
    func repeats() throws {
        for calls in 0..<12 {
            for items in 0...3 {
                let world = MemoryWorld(partitions: 8)
                let lane = LaneID(queue: .provider(.house), 0)
                world.tick(
                    try Symbol("EURUSD"), bid: try Price("1.1"), ask: try Price("1.1002"))
                let gate = CuttingGate(after: calls, items: items)
                _ = house(GatedStore(world, gate)).process(
                    Self.entries, lane: lane, now: world.now)
                // Prices have moved when the successor reads the same entries again.
                world.now += 900
                for symbol in ["EURUSD", "GBPUSD"] {
                    world.tick(
                        try Symbol(symbol), bid: try Price("1.3"), ask: try Price("1.3002"))
                }
                let results = house(GatedStore(world, CuttingGate(after: .max, items: 0)))
                    .process(Self.entries, lane: lane, now: world.now)
                #expect(results == Self.entries.map { _ in .settle(.done) })
                check(world, "cut at \(calls) after \(items)")
            }
        }
    }

    private func house(_ store: GatedStore) -> HouseProcessor {
        HouseProcessor(
            prices: store, triggers: store, reports: store, partitions: 8, rules: HouseRules(),
            counters: CountedOutcomes())
    }

    private func check(_ world: MemoryWorld, _ what: String) {
        let said = (0..<8).flatMap { partition in
            world.entries(of: LaneID(queue: .reports, partition).stream).map(\.fields)
        }
        #expect(said.count == Self.answers.count, "\(what): each request is answered once")
        for report in said {
            let id = report["order_id"] ?? ""
            // A market order that nobody refused before finds a price at last.
            guard id != "43" || report["ord_status"] == "REJECTED" else { continue }
            #expect(report["ord_status"] == Self.answers[id], "\(what): \(id)")
        }
        let held = world.triggers.values.flatMap { $0.orders.values }
        #expect(held.allSatisfy { !$0.rests }, "\(what): all were cancelled or closed")
    }
}
