import ServiceRuntime
import Shared
import Testing

@testable import WorkerReject

@Suite struct RejectHandlerTests {
    let handler = RejectHandler()

    private func decide(_ order: Order, _ message: OrderMessage) throws -> Outcome {
        try handler.decide(
            message, on: OrderBench.account(with: order), in: OrderBench.context())
    }

    @Test func aRefusedPlacementEndsTheOrderAndFreesItsMargin() throws {
        var order = try OrderBench.order(.queued)
        order.money.reservedMargin = 1_100
        let message = try OrderBench.message(
            .placementRejected, status: .rejected, price: nil, exec: nil, reason: "no_price")
        let transition = try #require(try decide(order, message).transition)
        #expect(transition.type == .orderRejected)
        #expect(transition.order?.state == .rejected)
        #expect(transition.order?.rejectReason == "no_price")
        #expect(transition.order?.money.reservedMargin == nil)
        #expect(transition.details["margin_released"] == "1100")

        let account = try OrderBench.account(with: order)
        let after = try account.applying(transition, at: Prices(), random: 1, now: 2).account
        #expect(after.portfolio?.margins.isEmpty == true)
        #expect(after.book.count == 0)
    }

    @Test func aMarketOrderThatTheProviderCancelledIsRefused() throws {
        let message = try OrderBench.message(
            .placementRejected, status: .cancelled, price: nil, exec: nil)
        let order = try decide(OrderBench.order(.queued), message).transition?.order
        #expect(order?.rejectReason == "cancelled_by_provider")
    }

    @Test func aRefusedCloseGivesThePositionBack() throws {
        var order = try OrderBench.order(.closing)
        order.requests.closeID = try LifecycleID("CLS1")
        order.ids.set("CLS1", IDKind.close.rawValue)
        let message = try OrderBench.message(
            .closeRejected, "CLS1", kind: .close, status: .rejected, price: nil, exec: nil)
        let transition = try #require(try decide(order, message).transition)
        #expect(transition.type == .orderRejectionRecord)
        #expect(transition.order?.state == .open)
        #expect(transition.order?.requests.closeID == nil)
        #expect(transition.ledger.isEmpty)
    }

    @Test(
        arguments: [
            (OrderState.open, Outcome.dead(.impossible)), (.closed, .dead(.impossible)),
            (.rejected, .ignore(.late)), (.cancelled, .ignore(.late)),
        ])
    func aPlacementRefusedInAnotherState(_ state: OrderState, _ outcome: Outcome) throws {
        let message = try OrderBench.message(
            .placementRejected, status: .rejected, price: nil, exec: nil)
        #expect(try decide(OrderBench.order(state), message) == outcome)
    }

    @Test func theAnswerToASupersededCloseIsLate() throws {
        var order = try OrderBench.order(.closing)
        order.ids.set("CLS1", IDKind.close.rawValue)
        order.ids.set("CLS2", IDKind.close.rawValue)
        order.requests.closeID = try LifecycleID("CLS2")
        let message = try OrderBench.message(
            .closeRejected, "CLS1", kind: .close, status: .rejected, price: nil, exec: nil)
        #expect(try decide(order, message) == .ignore(.late))
    }
}
