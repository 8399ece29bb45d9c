import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Dispatcher

@Suite struct DispatchProcessorTests {
    let bench = DispatchBench()

    /// `42` of `live:7`, with a close in flight under `CLS1` unless the state says otherwise.
    private func order(
        _ state: OrderState = .closing, account: String = "live:7"
    ) throws -> Order {
        var order = try OrderBench.order(state, account: account)
        order.requests.closeID = try LifecycleID("CLS1")
        order.ids.set("CLS1", IDKind.close.rawValue)
        return order
    }

    @Test func aFillOfAForeignProviderFindsItsOrderByItsID() throws {
        let order = try order(.queued)
        try bench.keep(order)
        let entry = bench.entry([
            "order_id": "42", "ord_status": "2", "avgpx": "1.1003", "exec_id": "X 1",
            "ts": "1700000000001", "reason": "done",
        ])
        #expect(bench.process(entry).isDone)
        #expect(bench.outage.take() == [.lookUp, .accounts, .orders, .route])
        let message = try #require(try bench.routed(.open, order.account).first)
        #expect(message.key == order.key)
        #expect(message.event == .filled)
        #expect(message.eventID.text == "42/EXECUTED/e:X%201")
        #expect(message.idKind == .order)
        #expect(message.status == .executed)
        #expect(message.execID == "X 1")
        #expect(message.averagePrice == (try Price("1.1003")))
        #expect(message.timestamp == 1_700_000_000_001)
        #expect(message.arrival == "\(entry.id)")
        #expect(message.report == JSONText.object(entry.fields))
        #expect(bench.tally.take() == "applied open 1")
    }

    @Test func aKeyOfOurOwnProvidersSparesTheLookups() throws {
        let order = try order()
        try bench.keep(order)
        let report = ExecutionReport(
            on: try LifecycleID("CLS1"), key: order.key, status: .executed, execID: "X1",
            averagePrice: try Price("1.1"), quantity: nil, reason: nil, timestamp: 5)
        #expect(bench.process(bench.entry(report.fields)).isDone)
        #expect(bench.outage.take() == [.orders, .route])
        #expect(try bench.routed(.close, order.account).first?.event == .closeFilled)
    }

    /// The key of another order, of none, of another account: the id leads, as without a key.
    @Test(arguments: ["user_holdings:{live:8}:42", "user_holdings:{live:7}:43"])
    func aKeyIsNotTrustedWhereItsOrderLacksTheID(_ key: String) throws {
        let order = try order()
        try bench.keep(order)
        var other = try OrderBench.order(.open, account: "live:8")
        other.ids.set("CLS7", IDKind.close.rawValue)
        bench.world[hash: other.account.holdings(other.id)] = other.fields
        let entry = bench.entry([
            "order_id": "CLS1", "ord_status": "EXECUTED", "avgpx": "1.1", "exec_id": "X1",
            "key": key,
        ])
        #expect(bench.process(entry).isDone)
        #expect(try bench.routed(.close, order.account).first?.key == order.key)
    }

    /// Under the order's own id the state would name a repeat anew.
    @Test func aRepeatOfWhatChangedItsOrderIsNoDeadLetter() throws {
        var order = try order(.open)
        try bench.keep(order)
        let fields: KeyValuePairs = [
            "order_id": "42", "ord_status": "REJECTED", "exec_id": "R1",
        ]
        #expect(bench.process(bench.entry(fields)).death?.reason == .impossible)
        order.applied.set("42/REJECTED/e:R1", "3")
        try bench.keep(order)
        _ = bench.tally.take()
        #expect(bench.process(bench.entry(fields)).isDone)
        #expect(bench.tally.take() == "ignored duplicate 1")
        bench.world[hash: order.account.holdings(order.id)] = Fields()
        bench.world[hash: order.account.orderDone(order.id)] = OrderDone(order).fields
        #expect(bench.process(bench.entry(fields)).death == nil)
    }

    /// Reports of one account come through its own partition and through that of the id.
    @Test func aNameIsNotThatOfAnotherPartitionsEntry() throws {
        let order = try order()
        try bench.keep(order)
        let first = bench.entry(["order_id": "42", "ord_status": "PENDING"])
        #expect(bench.process(first).isDone)
        #expect(bench.tally.take() == "ignored late 1")
        let refusal = bench.entry(["order_id": "CLS1", "ord_status": "REJECTED"])
        let second = Entry(id: first.id, fields: refusal.fields)
        let lane = LaneID(queue: .reports, 1)
        #expect(bench.processor.process([second], lane: lane, now: bench.world.now)[0].isDone)
        #expect(try bench.routed(.reject, order.account).first?.event == .closeRejected)
    }

    @Test func anIDThatNobodyKnowsWaitsTenMinutes() throws {
        let entry = bench.entry([
            "order_id": "CLS1", "ord_status": "EXECUTED", "avgpx": "1.1", "exec_id": "X1",
        ])
        let waiting = try #require(bench.process(entry).waiting)
        #expect(waiting[EntryField.arrival] == "\(entry.id)")
        #expect(bench.tally.take() == "deferred unknown_id 1")

        bench.world.now += 599_999
        #expect(bench.process(bench.entry(waiting)).waiting != nil)
        bench.world.now += 1
        #expect(bench.process(bench.entry(waiting)).death?.reason == .unknownID)
        _ = bench.tally.take()

        let order = try order()
        try bench.keep(order)
        #expect(bench.process(bench.entry(waiting)).isDone)
        let message = try #require(try bench.routed(.close, order.account).first)
        #expect(message.arrival == "\(entry.id)")
        #expect(message.report == JSONText.object(entry.fields))
    }

    /// An id leads to an order whose account, holdings or registry do not know it: not there yet.
    @Test(arguments: ["lookup", "account", "holdings"])
    func whatIsOnlyHalfThereIsUnknown(_ until: String) throws {
        let order = try order()
        bench.world.set(Keys.lookup(try LifecycleID("CLS2")), "42")
        if until != "lookup" {
            bench.world.set(
                Keys.orderData(order.id), Fields(["user_type": "live", "user_id": "7"]))
        }
        if until == "holdings" {
            bench.world[hash: order.account.holdings(order.id)] = order.fields
        }
        let entry = bench.entry(["order_id": "CLS2", "ord_status": "REJECTED"])
        #expect(bench.process(entry).waiting != nil)
        #expect(bench.tally.take() == "deferred unknown_id 1")
    }

    @Test func afterTheHoldingsWhatIsLeftGivesTheKind() throws {
        let order = try order(.closed)
        try bench.keep(order)
        bench.world[hash: order.account.holdings(order.id)] = Fields()
        bench.world[hash: order.account.orderDone(order.id)] = OrderDone(order).fields
        let entry = bench.entry([
            "order_id": "CLS1", "ord_status": "EXECUTED", "avgpx": "1.1", "exec_id": "X1",
        ])
        #expect(bench.process(entry).isDone)
        #expect(try bench.routed(.close, order.account).first?.idKind == .close)
    }

    @Test(
        arguments: [
            (["type": "heartbeat"], IgnoreReason.notAReport),
            (["order_id": "42", "ord_status": "ACK"], .acknowledgement),
            (["order_id": "CLS1", "ord_status": "PENDING"], .acknowledgement),
            (["order_id": "CLS1", "ord_status": "MODIFY"], .meaningless),
            (["order_id": "42", "ord_status": "PENDING"], .late),
        ])
    func whatChangesNothingIsIgnoredAndCounted(
        _ report: [String: String], _ reason: IgnoreReason
    ) throws {
        try bench.keep(order())
        var fields = Fields(["type": "execution_report"])
        for (name, value) in report { fields[name] = value }
        #expect(bench.process(bench.entry(fields)).isDone)
        #expect(bench.tally.take() == "ignored \(reason.rawValue) 1")
    }

    @Test(
        arguments: [
            (["ord_status": "1"], DeadReason.partialFill),
            (["ord_status": "HELD"], .unknownStatus),
            (["ord_status": "EXECUTED", "avgpx": "x"], .unreadable),
            (["ord_status": "EXECUTED", "avgpx": "1.123456789"], .tooManyDecimals),
            (["ord_status": "EXECUTED", "exec_id": "X1"], .unreadable),
            (["ord_status": "EXECUTED", "exec_id": "X1", "avgpx": "0"], .unreadable),
            (["ord_status": "REJECTED", "v": "9"], .unknownVersion),
            (["ord_status": "CANCELLED"], .unmappedCancelState),
        ])
    func whatNobodyCanBookIsADeadLetterThatSaysWhy(
        _ report: [String: String], _ reason: DeadReason
    ) throws {
        try bench.keep(order(.open))
        var fields = Fields(["type": "execution_report", "order_id": "42"])
        for (name, value) in report { fields[name] = value }
        let death = try #require(bench.process(bench.entry(fields)).death)
        #expect(death.reason == reason)
        #expect(!death.detail.isEmpty)
        #expect(bench.tally.take() == "dead \(reason.rawValue) 1")
        #expect(bench.tally.alarms == ["dead letter"])
    }

    /// Every event of the vocabulary reaches the queue of its worker.
    @Test(
        arguments: [
            (OrderState.pendingQueued, "42", "PENDING", Role.pending),
            (.pending, "42", "CANCELLED", .cancel), (.modifying, "MOD1", "5", .pending),
            (.cancelling, "CXL1", "4", .cancel), (.open, "SL1", "0", .stopLoss),
            (.open, "TP1", "A", .takeProfit), (.open, "TPC1", "8", .reject),
        ])
    func restingOrdersAndLegsHaveTheirWorkers(
        _ state: OrderState, _ id: String, _ status: String, _ role: Role
    ) throws {
        var order = try OrderBench.order(state, side: .buyLimit)
        for kind in IDKind.allCases where kind != .order {
            order.ids.set(kind.prefix + "1", kind.rawValue)
        }
        try bench.keep(order)
        let entry = bench.entry([
            "order_id": id, "ord_status": status, "avgpx": "1.1", "exec_id": "X1",
        ])
        #expect(bench.process(entry).isDone)
        #expect(try bench.routed(role, order.account).count == 1)
    }

    /// A dispatcher died between routing and settling, the order moved, another one reads the
    /// report again: without an identity of its own the report keeps its first name.
    @Test func aReportWithoutIdentityIsNamedOnce() throws {
        var order = try order()
        try bench.keep(order)
        let entry = bench.entry(["order_id": "42", "ord_status": "REJECTED"])
        #expect(bench.process(entry).isDone)
        order.state = .queued
        try bench.keep(order)
        #expect(bench.process(entry).isDone)
        let messages = try bench.routed(.reject, order.account)
        #expect(messages.map(\.event) == [.closeRejected, .closeRejected])
        #expect(messages[0].eventID == messages[1].eventID)
        #expect(messages[0].eventID.text == "42/REJECTED/n:\(entry.id)")
    }

    /// Under the order's own id the state tells what a report means, so its name is kept too; what a
    /// person sends again is named anew.
    @Test func aReportUnderTheOrdersOwnIDIsNamedOnce() throws {
        var order = try order()
        try bench.keep(order)
        let entry = bench.entry(["order_id": "42", "ord_status": "REJECTED", "exec_id": "X1"])
        #expect(bench.process(entry).isDone)
        order.state = .queued
        try bench.keep(order)
        #expect(bench.process(entry).isDone)
        var again = entry.fields
        again[EntryField.redriven] = "1"
        #expect(bench.process(Entry(id: entry.id, fields: again)).isDone)
        let events = try bench.routed(.reject, order.account).map(\.event)
        #expect(events == [.closeRejected, .closeRejected, .placementRejected])
    }

    @Test(arguments: [["exec_id": "X1"], ["idempotency": "T1"]])
    func anIdentityNeedsNoStoredName(_ identity: [String: String]) throws {
        try bench.keep(order())
        var fields = Fields([
            "type": "execution_report", "order_id": "CLS1", "ord_status": "REJECTED",
        ])
        for (name, value) in identity { fields[name] = value }
        #expect(bench.process(bench.entry(fields)).isDone)
        #expect(!bench.outage.take().contains(.name))
    }

    @Test func aWholeBatchTakesAsManyRoundTripsAsOneReport() throws {
        let order = try order()
        try bench.keep(order)
        let entries = (0..<200).map { number in
            bench.entry([
                "order_id": number.isMultiple(of: 2) ? "CLS1" : "42", "ord_status": "EXECUTED",
                "avgpx": "1.1", "exec_id": "X\(number)",
            ])
        }
        #expect(bench.process(entries).filter { !$0.isDone }.isEmpty)
        #expect(bench.outage.take() == [.lookUp, .accounts, .orders, .route])
        let routed = try bench.routed(.close, order.account)
        #expect(routed.map(\.execID) == (0..<200).map { "X\($0)" })
    }

    @Test(arguments: [StoreCall.lookUp, .accounts, .orders, .name, .route])
    func aStoreThatIsAwayHoldsTheReportsAndLosesNone(_ call: StoreCall) throws {
        let order = try order()
        try bench.keep(order)
        bench.outage.away = [call]
        let entries = [
            bench.entry(["order_id": "CLS1", "ord_status": "REJECTED"]),
            bench.entry(["type": "heartbeat"]),
        ]
        for _ in 0..<10 {
            #expect(bench.process(entries) == [.hold, .settle(.done)])
        }
        bench.outage.away = []
        #expect(bench.process(entries[0]).isDone)
        #expect(try bench.routed(.reject, order.account).count == 1)
        #expect(bench.tally.alarms.isEmpty)
    }

    /// What the store cannot read is nobody's outage: five attempts, then a dead letter; others
    /// of the account wait so long, other accounts do not.
    @Test func aFailureIsTriedFiveTimesAndBlamesNoNeighbour() throws {
        let order = try order()
        try bench.keep(order)
        bench.world.set(Keys.lookup(try LifecycleID("BAD1")), "42")
        bench.world.set(Keys.lookup(try LifecycleID("CLS1")), "42")
        bench.world.set(
            order.account.holdings(order.id), Fields(["order_quantity": "many"]))
        let other = try OrderBench.order(.queued, account: "live:9")
        bench.world[hash: other.account.holdings(other.id)] = other.fields
        let entries = [
            bench.entry(["order_id": "CLS1", "ord_status": "REJECTED", "key": order.key.text]),
            bench.entry(["order_id": "42", "ord_status": "REJECTED", "key": other.key.text]),
        ]
        for _ in 0..<4 { #expect(bench.process(entries)[0] == .hold) }
        let last = bench.process(entries)
        #expect(last[0].death?.reason == .attempts)
        #expect(last[1].isDone)
    }

    @Test func anAccountsReportsStayInOrderBehindOneThatWaits() throws {
        let order = try order()
        try bench.keep(order)
        bench.outage.away = [.name]
        let entries = [
            bench.entry(["order_id": "CLS1", "ord_status": "REJECTED"]),
            bench.entry([
                "order_id": "CLS1", "ord_status": "EXECUTED", "avgpx": "1.1", "exec_id": "X1",
            ]),
        ]
        #expect(bench.process(entries) == [.hold, .hold])
        #expect(try bench.routed(.close, order.account).isEmpty)
    }

    @Test func recoveryAttachesTheNewIDToTheSameOrderAndKind() throws {
        let order = try order()
        try bench.keep(order)
        let recovery = bench.entry([
            "order_id": "CLS1", "mode": "recovery", "_recovery_new_id": "P77",
        ])
        #expect(bench.process(recovery).isDone)
        #expect(bench.tally.take() == "ignored attached 1")
        let fill = bench.entry([
            "order_id": "P77", "ord_status": "EXECUTED", "avgpx": "1.1", "exec_id": "X1",
        ])
        #expect(bench.process(fill).isDone)
        let message = try #require(try bench.routed(.close, order.account).first)
        #expect(message.reportID.text == "P77")
        #expect(message.idKind == .close)

        let unknown = bench.entry([
            "order_id": "CLS9", "mode": "recovery", "_recovery_new_id": "P78",
        ])
        #expect(bench.process(unknown).waiting != nil)
        let incomplete = bench.entry(["order_id": "CLS1", "mode": "recovery"])
        #expect(bench.process(incomplete).death?.reason == .unreadable)
        bench.outage.away = [.attach]
        #expect(bench.process(recovery) == .hold)
    }

    @Test func aReportThatKilledThreeProcessesIsDead() throws {
        let entry = bench.entry(["order_id": "42", "ord_status": "EXECUTED"])
        let result = bench.processor.processSuspect(entry, lane: bench.lane, now: 0)
        #expect(result.death?.reason == .crashLoop)
    }

    /// Anything at all ends or waits; nothing traps, nothing is left without an answer.
    @Test func randomReportsAllHaveAnAnswer() throws {
        try bench.keep(order())
        var random = SplitMix64(seed: 7)
        let names = [
            "type", "order_id", "exec_id", "ord_status", "avgpx", "cumqty", "ts", "raw", "key",
            "mode", "_recovery_new_id", "v", "idempotency", "arrival", "deferrals",
        ]
        let values = [
            "", "execution_report", "42", "CLS1", "EXECUTED", "8", "1.1", "-1", "{}",
            #"{"39":"2"}"#, "null", "user_holdings:{live:7}:42", "recovery", "1", "1-1", "\u{0}",
            "9223372036854775808", "é", "{", "}",
        ]
        for _ in 0..<3_000 {
            var fields = Fields(["type": "execution_report"])
            for _ in 0..<random.below(8) { fields[random.pick(names)] = random.pick(values) }
            #expect(bench.process(bench.entry(fields)) != .hold)
        }
    }
}
