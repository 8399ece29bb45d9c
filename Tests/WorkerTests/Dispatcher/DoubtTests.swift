import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Dispatcher

/// A REJECTED for an id whose sending is in doubt is dead `in_doubt`, never a refusal (domain §4).
@Suite struct DoubtTests {
    let bench = DispatchBench()

    /// Sent to a provider of the street, with a request of every kind in flight or behind it.
    private func order(_ state: OrderState, flow: String = "barclays") throws -> Order {
        var order = try OrderBench.order(state, side: .sellLimit, flow: Provider(flow))
        order.stateBefore = state == .modifying || state == .cancelling ? .pending : nil
        order.requests.modifyID = try LifecycleID("MOD1")
        order.requests.cancelID = try LifecycleID("CXL1")
        order.requests.closeID = try LifecycleID("CLS1")
        for kind in IDKind.allCases where kind != .order {
            order.ids.set(kind.prefix + "1", kind.rawValue)
        }
        try bench.keep(order)
        return order
    }

    private func mark(_ id: String, _ state: WireMark.State, of order: Order) {
        let lane = LaneID(
            queue: .provider(order.placement.flow),
            order.account.partition(of: bench.world.partitions))
        let mark = WireMark(state: state, since: 1, entry: "1-1", status: "OPEN", attempt: "a")
        bench.world[hash: lane.wired] = Fields([.init(id, mark.text)])
    }

    private func report(_ id: String, _ status: String, _ more: [String: String] = [:]) -> Entry {
        var fields = Fields([
            "type": "execution_report", "order_id": id, "ord_status": status, "avgpx": "1.1",
            "exec_id": "X1",
        ])
        for (name, value) in more { fields[name] = value }
        return bench.entry(fields)
    }

    @Test(arguments: WireMark.State.allCases)
    func aRefusalCountsOnlyWhereNothingIsInDoubt(_ state: WireMark.State) throws {
        let order = try order(.queued)
        mark("42", state, of: order)
        let result = bench.process(report("42", "REJECTED"))
        switch state {
        case .wired, .sent: #expect(result.isDone)
        case .inDoubt, .resending, .resent:
            #expect(result.death?.reason == .inDoubt)
            #expect(result.death?.detail.contains("42") == true)
            #expect(try bench.routed(.reject, order.account).isEmpty)
        }
    }

    /// The order's own id is reported, a request under an id of its own is meant.
    @Test(arguments: [(OrderState.modifying, "MOD1"), (.cancelling, "CXL1"), (.closing, "CLS1")])
    func theRequestThatIsMeantIsAskedForToo(_ state: OrderState, _ id: String) throws {
        let order = try order(state)
        mark(id, .inDoubt, of: order)
        #expect(bench.process(report("42", "8")).death?.reason == .inDoubt)
        #expect(bench.process(report(id, "8")).death?.reason == .inDoubt)
        mark("SLC1", .inDoubt, of: order)
        #expect(bench.process(report("42", "8")).isDone)
    }

    /// What a provider has done is a fact, whatever is known of the sending.
    @Test(arguments: ["EXECUTED", "CANCELLED", "PENDING"])
    func everyOtherAnswerIsBelieved(_ status: String) throws {
        mark("42", .inDoubt, of: try order(.pendingQueued))
        #expect(bench.process(report("42", status)).isDone)
        #expect(!bench.outage.take().contains(.inDoubt))
    }

    @Test(arguments: [EntryField.redriven, EventField.resolvedBy])
    func whatAPersonBringsInIsBelieved(_ field: String) throws {
        let order = try order(.queued)
        mark("42", .inDoubt, of: order)
        #expect(bench.process(report("42", "REJECTED", [field: "1"])).isDone)
        #expect(try bench.routed(.reject, order.account).count == 1)
    }

    @Test func theHouseHasNoWireToBeInDoubtAbout() throws {
        mark("42", .inDoubt, of: try order(.queued, flow: "house"))
        #expect(bench.process(report("42", "REJECTED")).isDone)
        #expect(!bench.outage.take().contains(.inDoubt))
    }

    @Test func aBatchOfRefusalsIsAskedForInOneRoundTrip() throws {
        _ = try order(.queued)
        let entries = (0..<50).map { report("42", "REJECTED", ["exec_id": "X\($0)"]) }
        #expect(bench.process(entries).filter { !$0.isDone }.isEmpty)
        #expect(bench.outage.take() == [.lookUp, .accounts, .orders, .name, .inDoubt, .route])
    }

    @Test func aStoreThatCannotSayHoldsTheReport() throws {
        let order = try order(.queued)
        bench.outage.away = [.inDoubt]
        #expect(bench.process(report("42", "REJECTED")) == .hold)
        #expect(try bench.routed(.reject, order.account).isEmpty)
    }
}
