import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Dispatcher

@Suite struct WholeWayTests {
    let way = WholeWayBench()

    private func hear(_ fields: KeyValuePairs<String, String>) throws -> String {
        let heard = try way.hear(way.bench.entry(fields))
        return heard.role == nil ? heard.dispatcher : heard.worker
    }

    /// Every row of the vectors through the real loops: what the queues and counters say of it.
    @Test(arguments: (try? RoutingVectors.shared.get().rows) ?? [])
    func everyRowOfTheVectorsEndsAsItSays(_ row: RoutingVectors.Row) throws {
        let routed = RoutedRow(row: row)
        let before = row.state == "-" ? nil : try routed.order()
        if let before { try way.keep(before) }
        let heard = try way.hear(routed.entry())
        #expect(heard.role?.name == row.expect.role)
        let counted = heard.role == nil ? heard.dispatcher : heard.worker
        let outcome = row.expect.outcome.split(separator: ":")
        switch outcome[0] {
        case "apply":
            #expect(counted == "applied 1")
            let after = try way.order()
            #expect(after.version == (before?.version ?? 0) + 1)
            let account = after.account
            #expect(way.bench.world[hash: account.outbox].isEmpty)
            #expect(
                way.bench.world[set: account.ordersIndex].isEmpty == after.state.isTerminal)
        case "ignore": #expect(counted.hasPrefix("ignored "))
        case "defer": #expect(counted == "deferred early 1")
        case "defer, then dead": #expect(counted == "deferred unknown_id 1")
        case "dead": #expect(counted == "dead \(outcome[1]) 1")
        default: Issue.record("\(row.expect.outcome) is no outcome")
        }
        guard outcome[0] != "apply", let before else { return }
        #expect(try way.order().version == before.version)
    }

    /// Modified by cancel and replace, then filled: the order leaves the book and comes back.
    @Test func aReplacedOrderIsReopenedWithItsRecords() throws {
        var order = try OrderBench.order(
            .modifying, side: .buyLimit, flow: Provider("barclays"))
        order.stateBefore = .pending
        order.requests.modifyID = try LifecycleID("MOD1")
        order.requests.modifyPrice = try Price("1.09")
        order.ids.set("MOD1", IDKind.modify.rawValue)
        try way.keep(order)
        let world = way.bench.world
        #expect(try hear(["order_id": "42", "ord_status": "CANCELED"]) == "applied 1")
        #expect(try way.order().state == .cancelled)
        #expect(world[hash: order.account.book].isEmpty)
        #expect(!world[hash: order.account.orderDone(order.id)].isEmpty)

        #expect(try hear(["order_id": "MOD1", "ord_status": "5"]) == "applied 1")
        #expect(try way.order().state == .pending)
        #expect(try way.order().price == Price("1.09"))
        #expect(!world[hash: order.account.book].isEmpty)
        #expect(world[set: order.account.ordersIndex] == ["42"])
        #expect(world[hash: order.account.orderDone(order.id)].isEmpty)

        let fill: KeyValuePairs = [
            "order_id": "MOD1", "ord_status": "2", "avgpx": "1.0899", "exec_id": "X1",
        ]
        #expect(try hear(fill) == "applied 1")
        #expect(try hear(fill) == "ignored duplicate 1")
        #expect(try way.order().state == .open)
    }

    @Test func aLateFillIsBookedAndAlarmed() throws {
        try way.keep(try OrderBench.order(.cancelled, side: .buyLimit))
        let heard = try hear([
            "order_id": "42", "ord_status": "EXECUTED", "avgpx": "1.1", "exec_id": "X1",
        ])
        #expect(heard == "applied 1")
        #expect(way.bench.tally.alarms == ["transition to look at"])
        let account = try OrderBench.account()
        #expect(way.bench.world[hash: account.portfolio]["used_margin_executed"] == "1100.1")
    }

    /// A provider that lost its ids gives what went by each a new one; our own never change.
    @Test(arguments: IDKind.allCases)
    func answersUnderARecoveredIDAreAnswersToTheSameRequest(_ kind: IDKind) throws {
        let event = try #require(OrderEventKind.allCases.first { $0.told.kind == kind })
        var order = try OrderBench.order(.open)
        if kind == .modify || kind == .cancel {
            order.state = kind == .modify ? .modifying : .cancelling
            order.stateBefore = .pending
        }
        for leg in Leg.allCases {
            _ = try order.requestLeg(leg, at: 1, number: 1, now: 1)
            if kind == leg.cancelIDKind { _ = order.requestLegCancel(leg, number: 1, now: 1) }
        }
        order.requests.modifyID = LifecycleID(.modify, number: 1)
        order.requests.cancelID = LifecycleID(.cancel, number: 1)
        order.requests.closeID = LifecycleID(.close, number: 1)
        for kind in [IDKind.modify, .cancel, .close] {
            order.ids.set(kind.prefix + "1", kind.rawValue)
        }
        if kind == .order { order.state = .queued }
        try way.keep(order)
        let own = kind == .order ? "42" : kind.prefix + "1"
        #expect(
            try hear(["order_id": own, "mode": "recovery", "_recovery_new_id": "P77"])
                == "ignored attached 1")
        #expect(try way.order().currentID(of: kind)?.text == own)
        let answer = try hear([
            "order_id": "P77", "ord_status": event.told.status.rawValue, "avgpx": "1.1",
            "exec_id": "X1",
        ])
        #expect(answer == "applied 1", "\(event)")
    }
}
