import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

/// Stops a process before the first call of a kind, while the world goes on.
private final class SleepingGate: CallGate {
    private let call: StoreCall
    private var meanwhile: (() -> Void)?

    init(before call: StoreCall, _ meanwhile: @escaping () -> Void) {
        self.call = call
        self.meanwhile = meanwhile
    }

    func enter(_ call: StoreCall, items: Int) -> CallFate {
        if call == self.call {
            meanwhile?()
            meanwhile = nil
        }
        return .proceeds
    }

    func leave(_ call: StoreCall) -> Bool { true }
}

@Suite("The house sleeps between reading a price and acting on it") struct HouseSleepTests {
    private let world = MemoryWorld(partitions: 8)
    private let lane = LaneID(queue: .provider(.house), 0)

    init() throws { try tick("1.1", "1.1002") }

    private func tick(_ bid: String, _ ask: String) throws {
        world.tick(try Symbol("EURUSD"), bid: try Price(bid), ask: try Price(ask))
    }

    private func process(_ entries: [Entry], _ gate: any CallGate) -> [EntryResult] {
        let store = GatedStore(world, gate)
        return HouseProcessor(
            prices: store, triggers: store, reports: store, partitions: 8, rules: HouseRules(),
            counters: CountedOutcomes()
        ).process(entries, lane: lane, now: world.now)
    }

    private func awake(_ entries: [Entry]) -> [EntryResult] {
        process(entries, CuttingGate(after: .max, items: 0))
    }

    /// Price of each report, in order; nil where it has none.
    private var prices: [String?] {
        (0..<8).flatMap { partition in
            world.entries(of: LaneID(queue: .reports, partition).stream)
                .map { $0.fields["avgpx"] }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let request: [String: String]
        let call: StoreCall
        /// Ms between the price and the call.
        let sleep: Int64
        /// Whether the position has a leg, so that triggers remember its close.
        var hasLeg = false
        let first: String?
        let second: String

        var testDescription: String { "\(what), \(sleep) ms before \(call.rawValue)" }
    }

    @Test(
        "at the old price nothing is done, at the new one all",
        arguments: [
            Row(
                what: "a fill", request: HouseFixture.place, call: .send, sleep: 600_000,
                first: nil, second: "1.3002"),
            Row(
                what: "a close", request: HouseFixture.close, call: .change, sleep: 600_000,
                first: nil, second: "1.3"),
            Row(
                what: "a close", request: HouseFixture.close, call: .send, sleep: 600_000,
                first: nil, second: "1.3"),
            Row(
                what: "a close with a leg", request: HouseFixture.close, call: .change,
                sleep: 600_000, hasLeg: true, first: nil, second: "1.3"),
            // It is done and remembered with its price; only telling it is late.
            Row(
                what: "a close with a leg", request: HouseFixture.close, call: .send,
                sleep: 60_000, hasLeg: true, first: "1.1", second: "1.1"),
            // The price was two seconds old.
            Row(
                what: "a fill", request: HouseFixture.place, call: .send, sleep: 3_000,
                first: "1.1002", second: "1.1002"),
            Row(
                what: "a fill", request: HouseFixture.place, call: .send, sleep: 3_001,
                first: nil, second: "1.3002"),
            Row(
                what: "a close with a leg", request: HouseFixture.close, call: .change,
                sleep: 3_001, hasLeg: true, first: nil, second: "1.3"),
        ])
    func sleeps(row: Row) throws {
        if row.hasLeg { #expect(awake([HouseFixture.entry(1, HouseFixture.stopLoss)]).count == 1) }
        let legs = prices.count
        world.now += 2_000
        let entry = HouseFixture.entry(2, row.request)
        let results = process(
            [entry],
            SleepingGate(before: row.call) { [world] in
                world.now += row.sleep
            })
        try tick("1.3", "1.3002")
        #expect(results == [row.first == nil ? .hold : .settle(.done)])
        #expect(Array(prices.dropFirst(legs)) == (row.first.map { [$0] } ?? []))
        #expect(awake([entry]) == [.settle(.done)])
        #expect(Array(prices.dropFirst(legs)) == [row.second], "answered once")
        let rests = world.triggers.values.flatMap { $0.orders.values }.contains { $0.rests }
        #expect(!rests)
    }

    @Test("an order without a price is refused whenever, and what rests needs none")
    func priceless() throws {
        let entries = [
            HouseFixture.entry(1, HouseFixture.place, ["symbol": "GBPUSD"]),
            HouseFixture.entry(
                2, HouseFixture.pending,
                [
                    "key": "user_holdings:{demo:7}:42",
                    "order_id": "42",
                ]),
        ]
        let gate = SleepingGate(before: .send) { [world] in world.now += 600_000 }
        #expect(process(entries, gate) == [.settle(.done), .settle(.done)])
    }

    @Test("what somebody else has answered meanwhile is answered")
    func overtaken() throws {
        let entry = HouseFixture.entry(1)
        let symbol = try Symbol("EURUSD")
        let later = try Price("1.3")
        let gate = SleepingGate(before: .send) { [world] in
            world.now += 600_000
            world.tick(symbol, bid: later, ask: later)
            #expect(self.awake([entry]) == [.settle(.done)])
        }
        #expect(process([entry], gate) == [.settle(.done)])
        #expect(prices == ["1.3"])
    }

    @Test("without the clock of a place nothing is done there, and elsewhere all")
    func silent() throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1.1", "1.1002")
        house.prices.silent = [.triggers(try Symbol("EURUSD"))]
        let results = house.process([
            HouseFixture.entry(1), HouseFixture.entry(2, HouseFixture.close),
        ])
        #expect(results == [.settle(.done), .hold])
    }
}
