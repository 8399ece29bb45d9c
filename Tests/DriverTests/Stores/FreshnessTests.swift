import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

/// Prices that reach the house some time after they were read.
private final class SlowPrices: FillPriceStore {
    private let base: any FillPriceStore
    var delay: Duration = .zero

    init(_ base: any FillPriceStore) { self.base = base }

    func prices(
        _ symbols: Set<Symbol>, for places: Set<FillPlace>
    ) throws(StoreError) -> StampedPrices {
        let prices = try base.prices(symbols, for: places)
        Thread.rest(delay)
        return prices
    }
}

@Suite("Nothing is done at an old price", .enabled(if: PrivateRedis.shouldRun))
struct FreshnessTests {
    private func answer(
        _ home: TriggerHome, _ freshness: Freshness?, at price: String
    ) throws -> AnswerReply {
        let id = try LifecycleID("R\(home.store.order.text)")
        let report = ExecutionReport(
            on: id, key: home.store.key, status: .executed, execID: nil,
            averagePrice: try Price(price), quantity: nil, reason: nil, timestamp: 1)
        let placed = PlacedReport(partition: home.store.partition, report: report)
        let answer = PlacedAnswer(request: id, placed: placed, freshness: freshness)
        return try home.store.stores.reports.answer([answer])[0].get()
    }

    @Test("an answer at an old price is not sent", arguments: Deployment.allCases)
    func answers(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        let lane = LaneID(queue: .reports, home.store.partition)
        let now = try home.time(of: lane.stream)
        for since in [now - 6_000, now + 60_000] {
            let old = Freshness(since: since, left: 5_000)
            #expect(try answer(home, old, at: "1.1") == .priceTooOld)
        }
        #expect(try !home.store.isThere(lane.answered))
        #expect(try !home.store.isThere(lane.stream))
        let fresh = Freshness(since: now, left: 60_000)
        #expect(try answer(home, fresh, at: "1.2") == .answered)
        let old = Freshness(since: now - 6_000, left: 5_000)
        #expect(try answer(home, old, at: "1.3") == .answered, "it was answered before")
        #expect(try home.store.entries(lane.stream).map { $0["avgpx"] } == ["1.2"])
    }

    @Test(
        "a position is not closed at an old price", arguments: Deployment.allCases, [true, false])
    func closes(_ deployment: Deployment, hasLeg: Bool) throws {
        let home = try TriggerHome(deployment)
        if hasLeg {
            _ = try home.change(
                .setLeg(.stopLoss, .buy, price: "1", quantity: "1"), under: "SL1")
        }
        let keys =
            [home.keys.orders, home.keys.idle] + home.keys.indexes.map { $0 as any RedisKey }
        let before = try home.store.dump(keys)
        let now = try home.time(of: home.keys.orders)
        func close(_ price: String, _ freshness: Freshness) throws -> TriggerReply {
            let change = try home.asking(.close(at: try Price(price), freshness), under: "CLS1")
            return try home.store.stores.triggers.change([change])[0].get()
        }
        for since in [now - 6_000, now + 60_000] {
            let old = Freshness(since: since, left: 5_000)
            #expect(try close("1.1", old) == .priceTooOld)
        }
        #expect(try home.store.dump(keys) == before, "nothing is written")
        let fresh = Freshness(since: now, left: 60_000)
        guard case .answered(let answer) = try close("1.2", fresh) else {
            Issue.record("the price is of now")
            return
        }
        #expect(answer.status == .executed && answer.price?.text == "1.2")
        #expect((answer.copy != nil) == hasLeg)
        guard hasLeg else { return }
        let old = Freshness(since: now - 6_000, left: 5_000)
        #expect(try close("1.3", old) == .answered(answer), "it was answered before")
    }

    @Test("prices bring the clocks of the places along", arguments: Deployment.allCases)
    func stamps(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        let lane = LaneID(queue: .reports, home.store.partition)
        let places: Set<FillPlace> = [
            .reports(home.store.partition), .triggers(home.store.symbol),
        ]
        let none = try home.store.stores.prices.prices([home.store.symbol], for: places)
        #expect(none.prices[home.store.symbol] == nil)
        try home.quote("1.1", "1.2")
        let before = [try home.time(of: lane.stream), try home.time(of: home.keys.orders)]
        let read = try home.store.stores.prices.prices([home.store.symbol], for: places)
        let after = [try home.time(of: lane.stream), try home.time(of: home.keys.orders)]
        #expect(read.prices[home.store.symbol]?.bid.text == "1.1")
        let times = [
            read.times[.reports(home.store.partition)],
            read.times[.triggers(home.store.symbol)],
        ]
        for (index, time) in times.enumerated() {
            let time = try #require(time)
            #expect((before[index]...after[index]).contains(time))
        }
    }

    @Test(
        "a house that sleeps fills and closes at the new price, not at the old one",
        arguments: Deployment.allCases)
    func sleeps(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        let key = home.store.key.text
        let base = [
            "v": "1", "type": "order", "key": key, "order_id": home.store.order.text,
            "symbol": home.store.symbol.text, "order_type": "BUY", "order_quantity": "1",
        ]
        let requests: [[String: String]] = [
            ["status": "OPEN"], ["status": "CLOSED", "close_id": "CLS\(home.store.order)"],
        ]
        let entries = requests.enumerated().map { index, request in
            let fields = base.merging(request) { $1 }.sorted { $0.key < $1.key }
            return Entry(
                id: EntryID(milliseconds: 5, sequence: Int64(index)),
                fields: Fields(fields.map { Fields.Field($0.key, $0.value) }))
        }
        let prices = SlowPrices(home.store.stores.prices)
        let house = HouseProcessor(
            prices: prices, triggers: home.store.stores.triggers,
            reports: home.store.stores.reports, partitions: 256,
            rules: HouseRules(maxPriceAge: 3_000), counters: Tally())
        let lane = LaneID(queue: .provider(.house), 0)
        let reports = LaneID(queue: .reports, home.store.account.partition(of: 256))
        /// The queue may be other tests' too.
        func filled() throws -> [String?] {
            try home.store.entries(reports.stream).filter { $0["key"] == key }.map { $0["avgpx"] }
        }
        try home.quote("1.1", "1.2")
        prices.delay = .milliseconds(3_100)
        #expect(house.process(entries, lane: lane, now: 5) == [.hold, .hold])
        #expect(try filled().isEmpty)
        prices.delay = .zero
        try home.quote("1.3", "1.4")
        #expect(house.process(entries, lane: lane, now: 5) == [.settle(.done), .settle(.done)])
        #expect(try filled() == ["1.4", "1.3"])
    }
}
