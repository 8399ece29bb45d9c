import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

/// Lets a process do so many calls, and then cuts it off in the middle of the next one.
final class CuttingGate: CallGate {
    private var left: Int
    private let items: Int
    private(set) var hasCut = false

    /// - Parameters:
    ///   - calls: after how many calls it cuts.
    ///   - items: how many items of the call that is cut reach the store.
    init(after calls: Int, items: Int) {
        left = calls
        self.items = items
    }

    func enter(_ call: StoreCall, items count: Int) -> CallFate {
        guard !hasCut else { return .unanswered(items: 0) }
        guard left == 0 else {
            left -= 1
            return .proceeds
        }
        hasCut = true
        return .unanswered(items: min(items, count))
    }

    func leave(_ call: StoreCall) -> Bool { true }
}

@Suite("The house fires") struct TriggerRoundTests {
    let world: MemoryWorld
    let counters = CountedOutcomes()
    let nonce = LeaseNonce(1, 2)

    private func round(
        _ store: any TriggerStore & ReportSink, maxPriceAge: Int64 = 5_000
    ) -> TriggerRound {
        TriggerRound(
            store, reports: store, partitions: 8, rules: HouseRules(maxPriceAge: maxPriceAge),
            counters: counters)
    }

    private func own(_ symbol: Symbol) {
        world.set(TriggerKeys(symbol).lease, nonce.text)
    }

    private func reports() -> [Fields] {
        (0..<8).flatMap { world.entries(of: LaneID(queue: .reports, $0).stream).map(\.fields) }
    }

    private func rest(_ row: TriggerRow, _ number: Int64, _ symbol: Symbol) throws {
        let key = OrderKey(try AccountID(.demo, "7"), OrderID(number: number))
        let action: TriggerChange.Action
        let id: LifecycleID
        switch row.resting {
        case .pending(let type):
            action = .rest(type, price: try row.sent, quantity: try Quantity("1"))
            id = LifecycleID(key.order)
        case .leg(let leg, let side):
            action = .setLeg(leg, side, price: try row.sent, quantity: try Quantity("1"))
            id = LifecycleID(leg == .stopLoss ? .stopLoss : .takeProfit, number: number)
        }
        let change = TriggerChange(request: id, key: key, symbol: symbol, action: action)
        guard case .answered(let answer) = try world.change([change])[0].get() else {
            Issue.record("no price is asked for")
            return
        }
        #expect(answer.status == .pending)
        #expect(answer.price == (try row.sent))
    }

    @Test("the decision table", arguments: TriggerRow.all)
    func table(row: TriggerRow) throws {
        let symbol = try Symbol("EURUSD")
        own(symbol)
        try rest(row, 41, symbol)
        world.tick(symbol, bid: try Price(row.bid), ask: try Price(row.ask))
        let outcome = round(world).look(at: [symbol: nonce])
        #expect(outcome == TriggerRound.Outcome())
        #expect(reports().map { $0["avgpx"] } == (row.fill.map { [$0] } ?? []))
        _ = round(world).look(at: [symbol: nonce])
        #expect(reports().count == (row.fill == nil ? 0 : 1), "nothing fires twice")
    }

    @Test("where both legs fire, the stop loss does, and the position is closed")
    func both() throws {
        let symbol = try Symbol("EURUSD")
        own(symbol)
        let key = OrderKey(try AccountID(.demo, "7"), OrderID(number: 41))
        for (leg, id, price) in [
            (Leg.takeProfit, "TP1", "1.0"), (.stopLoss, "SL1", "1.2"),
        ] {
            let change = TriggerChange(
                request: try LifecycleID(id), key: key, symbol: symbol,
                action: .setLeg(leg, .buy, price: try Price(price), quantity: nil))
            _ = try world.change([change])[0].get()
        }
        world.tick(symbol, bid: try Price("1.1"), ask: try Price("1.1002"))
        _ = round(world).look(at: [symbol: nonce])
        let said = reports()
        #expect(said.map { $0["order_id"] } == ["SL1"])
        #expect(said.map { $0["exec_id"] } == ["H:41:sl"])
        #expect(said.map { $0["cumqty"] } == [nil])
        let close = TriggerChange(
            request: try LifecycleID("CLS1"), key: key, symbol: symbol,
            action: .close(at: try Price("1.1"), Freshness(since: world.now, left: 0)))
        guard case .answered(let answer) = try world.change([close])[0].get() else {
            Issue.record("the price is of now")
            return
        }
        #expect(answer.reason == "position_closed")
    }

    @Test("ages", arguments: [(Int64(0), 1), (5_000, 1), (5_001, 0)])
    func ages(age: Int64, fires: Int) throws {
        let symbol = try Symbol("EURUSD")
        own(symbol)
        try rest(TriggerRow.all[0], 41, symbol)
        let row = TriggerRow.all[0]
        world.tick(symbol, bid: try Price(row.bid), ask: try Price(row.ask))
        world.now += age
        _ = round(world).look(at: [symbol: nonce])
        #expect(reports().count == fires)
    }

    @Test("what comes to rest beyond the last price fires without another tick")
    func beyond() throws {
        let symbol = try Symbol("EURUSD")
        own(symbol)
        let row = TriggerRow.all[0]
        world.tick(symbol, bid: try Price(row.bid), ask: try Price(row.ask))
        _ = round(world).look(at: [symbol: nonce])
        try rest(row, 41, symbol)
        _ = round(world).look(at: [symbol: nonce])
        #expect(reports().map { $0["exec_id"] } == ["H:41:open"])
    }

    @Test("a tick from before it rested fires nothing, though nobody had looked at it")
    func before() throws {
        let symbol = try Symbol("EURUSD")
        own(symbol)
        let row = TriggerRow.all[0]
        world.tick(symbol, bid: try Price(row.bid), ask: try Price(row.ask))
        world.tick(symbol, bid: try Price("1.2"), ask: try Price("1.3"))
        try rest(row, 41, symbol)
        _ = round(world).look(at: [symbol: nonce])
        #expect(reports().isEmpty)
    }

    @Test("without the lease nothing fires")
    func lease() throws {
        let symbol = try Symbol("EURUSD")
        let row = TriggerRow.all[0]
        try rest(row, 41, symbol)
        world.tick(symbol, bid: try Price(row.bid), ask: try Price(row.ask))
        #expect(round(world).look(at: [symbol: nonce]).lost == [symbol])
        #expect(reports().isEmpty)
    }

    @Test("cut off at any call and any item, the next owner reports each fill the same way")
    func cut() throws {
        let symbol = try Symbol("EURUSD")
        for calls in 0..<6 {
            for items in 0...3 {
                let world = MemoryWorld(partitions: 8)
                let bench = TriggerRoundTests(world)
                bench.own(symbol)
                let row = TriggerRow.all[0]
                for number in 41...43 { try bench.rest(row, Int64(number), symbol) }
                world.tick(symbol, bid: try Price(row.bid), ask: try Price(row.ask))
                let gate = CuttingGate(after: calls, items: items)
                _ = bench.round(GatedStore(world, gate)).look(at: [symbol: bench.nonce])
                // The market goes on; what has fired has fired.
                world.now += 700
                world.tick(symbol, bid: try Price("2"), ask: try Price("3"))
                _ = bench.round(world).look(at: [symbol: bench.nonce])
                let said = bench.reports()
                let texts = Set(said.map { "\($0)" })
                #expect(texts.count == 3, "cut at \(calls) after \(items)")
                #expect(
                    Set(said.compactMap { $0["exec_id"] })
                        == ["H:41:open", "H:42:open", "H:43:open"])
                #expect(world.triggers[symbol]?.firing.isEmpty == true)
                #expect(
                    world[hash: Keys.orderTriggers(OrderID(number: 41))].list.count == 1)
            }
        }
    }

    init(_ world: MemoryWorld) { self.world = world }

    init() { self.init(MemoryWorld(partitions: 8)) }
}
