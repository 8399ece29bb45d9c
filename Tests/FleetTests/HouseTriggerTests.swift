import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// The built house alone: requests in its queue, prices as a feed writes them, reports in theirs.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct HouseTriggerTests {
    private static let orders = 200
    /// Orders that one price fires.
    private static let step = 20

    @Test(.timeLimit(.minutes(4)))
    func `the house is killed while it fires, and each order is filled once`() throws {
        let fleet = try FleetUnderTest(copies: 2, processes: ["house-provider"])
        defer { fleet.end() }
        let symbol = try Symbol("TRIGGERS")
        for reply in fleet.client.pipeline(try placements(symbol, fleet)) { _ = try reply.get() }
        try awaitReports(Self.orders, status: "PENDING", fleet)
        #expect(try fleet.count("ZCARD", TriggerKeys(symbol).pendingIndex(.buyLimit)) == 200)

        let prices = RedisPriceStore(fleet.client)
        for start in stride(from: Self.orders - Self.step, through: 0, by: -Self.step) {
            let low = try price(start)
            try prices.publish([.init(symbol: symbol, bid: low, ask: low)])[0].get()
            // Whoever owns the symbol, it dies in the middle of it every other time.
            try fleet.copies(of: "house-provider")[(start / Self.step) % 2].restart()
            try awaitReports(Self.orders - start, status: "EXECUTED", fleet)
        }
        let fills = try reports(fleet).filter { $0["ord_status"] == "EXECUTED" }
        var byExec: [String: Set<String>] = [:]
        for fill in fills { byExec[fill["exec_id"] ?? "", default: []].insert("\(fill)") }
        #expect(byExec.count == Self.orders)
        for (exec, said) in byExec where said.count != 1 {
            Issue.record("\(exec) was told differently: \(said)")
        }
        #expect(try fleet.count("HLEN", TriggerKeys(symbol).firing) == 0)
    }

    @Test(.timeLimit(.minutes(2)))
    func `a tick is answered at once, not at the next look`() throws {
        let fleet = try FleetUnderTest(processes: ["house-provider"])
        defer { fleet.end() }
        let symbol = try Symbol("TRIGGERS")
        for reply in fleet.client.pipeline(try placements(symbol, fleet)) { _ = try reply.get() }
        try awaitReports(Self.orders, status: "PENDING", fleet)
        let prices = RedisPriceStore(fleet.client)
        let high = try Price("9")
        // The symbol has found its owner when a first one has fired.
        let top = try price(Self.orders - 1)
        try prices.publish([.init(symbol: symbol, bid: top, ask: top)])[0].get()
        try awaitReports(1, status: "EXECUTED", fleet)
        var spans: [Duration] = []
        for index in (0..<Self.orders - 1).reversed() where index.isMultiple(of: 10) {
            try prices.publish([.init(symbol: symbol, bid: high, ask: high)])[0].get()
            let low = try price(index)
            let start = ContinuousClock.now
            try prices.publish([.init(symbol: symbol, bid: low, ask: low)])[0].get()
            try awaitReports(Self.orders - index, status: "EXECUTED", fleet)
            spans.append(ContinuousClock.now - start)
        }
        let median = spans.sorted()[spans.count / 2]
        print("from a tick to the reports of ten fills: \(median)")
        #expect(median < .milliseconds(150))
        for command in ["status", "top"] {
            let isShown = eventually(within: .seconds(10)) {
                let lines = (try? fleet.tool([command]).text)?.split(separator: "\n") ?? []
                return lines.contains {
                    $0.hasPrefix("house-triggers@") && $0.hasSuffix(symbol.text)
                }
            }
            #expect(isShown, "fleet \(command) says who fires \(symbol)")
        }
    }

    private func price(_ index: Int) throws -> Price {
        try Price("1") + Price(raw: Int64(index) * 10_000)
    }

    private func placements(_ symbol: Symbol, _ fleet: FleetUnderTest) throws -> [RedisCommand] {
        try (0..<Self.orders).map { index in
            let account = try AccountID(.demo, "\(index % 20 + 1)")
            let key = OrderKey(account, OrderID(number: Int64(index + 1)))
            return fleet.append(
                [
                    ("v", MessageVersion.current), ("type", "order"), ("key", key.text),
                    ("order_id", key.order.text), ("symbol", symbol.text),
                    ("order_type", "BUY_LIMIT"), ("status", "PENDING"), ("ts", "1"),
                    ("order_quantity", "1"), ("order_price", try price(index).text),
                ],
                to: LaneID(
                    queue: .provider(.house),
                    account.partition(of: FleetUnderTest.partitions)))
        }
    }

    private func reports(_ fleet: FleetUnderTest) throws -> [[String: String]] {
        try FleetUnderTest.lanes(of: Role.reports).flatMap { lane in
            (try fleet.ask("XRANGE", lane.stream, "-", "+").elements ?? []).compactMap {
                $0.elements?.last?.pairs
            }
        }
    }

    /// Waits until so many orders have a report of a status, and no other does.
    private func awaitReports(_ count: Int, status: String, _ fleet: FleetUnderTest) throws {
        var found: Set<String> = []
        let all = eventually(within: .seconds(20), every: .milliseconds(2)) {
            let some = (try? reports(fleet)) ?? []
            found = Set(
                some.lazy.filter { $0["ord_status"] == status }.map { $0["order_id"] ?? "" })
            return found.count >= count
        }
        try #require(all, "\(found.count) of \(count) orders are \(status)")
        #expect(found.count == count)
    }
}
