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

    /// Whatever text comes with it, that stays beside.
    @Test(arguments: [nil, "IOC remainder"])
    func aMarketOrderThatTheProviderCancelledIsRefused(_ text: String?) throws {
        let message = try OrderBench.message(
            .placementRejected, status: .cancelled, price: nil, exec: nil, reason: text)
        let transition = try #require(
            try decide(OrderBench.order(.queued), message).transition)
        #expect(transition.order?.rejectReason == "cancelled_by_provider")
        #expect(transition.details["reason"] == "cancelled_by_provider")
        #expect(transition.order?.provider.reason == text)
    }

    @Test func aRefusedCloseGivesThePositionBack() throws {
        var order = try OrderBench.order(.closing)
        order.requests.closeID = try LifecycleID("CLS1")
        order.ids.set("CLS1", IDKind.close.rawValue)
        let message = try OrderBench.message(
            .closeRejected, "CLS1", kind: .close, status: .rejected, price: nil, exec: nil)
        let transition = try #require(try decide(order, message).transition)
        #expect(transition.type == .orderRejectionRecord)
        #expect(transition.details["rejection_type"] == "ORDER_CLOSE")
        #expect(transition.details["redis_status"] == "CLOSED")
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

    /// Refused between the halves of a replacement, the cancel does not wait for the second.
    @Test func aCancelRefusedBeforeTheReplacementIsAnswered() throws {
        var talk = try resting()
        try talk.ask(.modifying) { $0.requests.modifyID = try LifecycleID("MOD1") }
        try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL1") }
        try talk.hear(.cancelConfirmed, "42", price: nil, arrival: "10-0")
        let refused = try talk.hear(.cancelRejected, price: nil, arrival: "12-0")
        #expect(refused.transition?.type == .orderRejectionRecord)
        #expect(try talk.order.state == .cancelled)
        #expect(try talk.order.requests.cancelID == nil)
        try talk.hear(.modifyConfirmed, price: nil, arrival: "11-0")
        #expect(try talk.order.state == .pending)
        #expect(try talk.order.requests.requestedAt == nil)
    }

    private func resting(_ user: UserType = .live) throws -> Conversation {
        try Conversation(
            OrderBench.order(.pending, side: .buyStop, account: user.rawValue + ":7"))
    }

    private func modify(_ talk: inout Conversation) throws {
        try talk.ask(.modifying) {
            $0.requests.modifyID = try LifecycleID("MOD1")
            $0.requests.modifyPrice = try Price("1.3")
        }
    }

    private func cancel(_ talk: inout Conversation) throws {
        try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL1") }
    }

    @Test(arguments: UserType.allCases)
    func aRefusedChangeLeavesTheOrderAsItRests(_ user: UserType) throws {
        var talk = try resting(user)
        let before = try talk.order
        try modify(&talk)
        let transition = try #require(
            try talk.hear(.modifyRejected, price: nil, reason: "too close").transition)
        #expect(transition.type == .orderRejectionRecord)
        #expect(transition.details["rejection_type"] == "PENDING_MODIFY")
        #expect(transition.details["provider_order_id"] == "MOD1")
        #expect(transition.details["canonical_order_id"] == "42")
        #expect(transition.details["redis_status"] == "MODIFY")
        #expect(transition.details["reason"] == "too close")
        #expect(transition.details["provider_raw_data"] == "{}")
        let order = try talk.order
        #expect(order.state == .pending)
        #expect(order.stateBefore == nil)
        #expect(order.price == before.price)
        #expect(order.requests == talk.settled)
        #expect(order.fields["status"] == "PENDING")
        #expect(try talk.hear(.modifyRejected) == .ignore(.late))
    }

    /// A refused cancel returns to where it came from, with what was in flight there.
    @Test func aRefusedCancelReturnsToTheStateBefore() throws {
        var talk = try Conversation(OrderBench.order(.pendingQueued, side: .buyStop))
        try cancel(&talk)
        let transition = try #require(try talk.hear(.cancelRejected).transition)
        #expect(transition.details["rejection_type"] == "PENDING_CANCEL")
        #expect(try talk.order.state == .pendingQueued)
        #expect(try talk.order.stateBefore == nil)
        #expect(try talk.order.requests.requestedAt != nil)
        try talk.hear(.pendingConfirmed)

        try modify(&talk)
        try cancel(&talk)
        try talk.hear(.cancelRejected)
        #expect(try talk.order.state == .modifying)
        #expect(try talk.order.stateBefore == .pending)
        #expect(try talk.order.requests.cancelID == nil)
        try talk.hear(.modifyConfirmed)
        #expect(try talk.order.state == .pending)
        #expect(try talk.order.price == Price("1.3"))
    }

    @Test func aChangeRefusedUnderACancelLeavesTheCancelInFlight() throws {
        var talk = try resting()
        try modify(&talk)
        try cancel(&talk)
        #expect(
            try talk.hear(.modifyRejected).transition?.details["redis_status"] == "PENDING-CANCEL")
        #expect(try talk.order.state == .cancelling)
        #expect(try talk.order.stateBefore == .pending)
        #expect(try talk.order.requests.modifyPrice == nil)
        #expect(try talk.order.requests.requestedAt != nil)
        try talk.hear(.cancelRejected)
        #expect(try talk.order.state == .pending)
        #expect(try talk.order.requests == talk.settled)
    }

    @Test func aPlacementRefusedUnderACancelEndsTheOrder() throws {
        var talk = try Conversation(OrderBench.order(.pendingQueued, side: .buyStop))
        try cancel(&talk)
        let transition = try #require(try talk.hear(.placementRejected, price: nil).transition)
        #expect(transition.type == .orderRejected)
        #expect(transition.details["rejection_type"] == "ORDER_PLACEMENT")
        #expect(transition.details["margin_released"] == nil)
        #expect(try talk.order.state == .rejected)
        #expect(try talk.order.rejectReason == "rejected_by_provider")
        #expect(try talk.order.requests == talk.settled)
        #expect(try talk.hear(.cancelRejected) == .ignore(.late))
        #expect(try talk.hear(.cancelConfirmed) == .ignore(.late))
    }

    @Test func aConfirmedOrderCannotBeRefused() throws {
        var talk = try resting()
        #expect(try talk.hear(.placementRejected) == .dead(.impossible))
        try cancel(&talk)
        #expect(try talk.hear(.placementRejected) == .dead(.impossible))
    }

    private func withLegs(
        _ leg: Leg, _ state: LegState, other: LegState
    ) throws -> Conversation {
        var order = try OrderBench.order(.open)
        for (leg, state) in [(leg.other, other), (leg, state)] where state != .none {
            _ = try order.requestLeg(leg, at: 1, number: 1, now: 1)
            if state == .cancelling { _ = order.requestLegCancel(leg, number: 1, now: 1) }
            order[leg].state = state
        }
        return try Conversation(order)
    }

    @Test(
        arguments: Leg.allCases,
        [
            (LegState.none, "OPEN"), (.active, "other"), (.placing, "other"),
            (.cancelling, "other-CANCEL"),
        ])
    func aRefusedLegWasNeverThere(
        _ leg: Leg, _ other: (state: LegState, status: String)
    ) throws {
        var talk = try withLegs(leg, .placing, other: other.state)
        let event: OrderEventKind = leg == .stopLoss ? .stopLossRejected : .takeProfitRejected
        let transition = try #require(try talk.hear(event, price: nil).transition)
        #expect(transition.type == .orderRejectionRecord)
        #expect(
            transition.details["rejection_type"]
                == (leg == .stopLoss ? "STOPLOSS_ADD" : "TAKEPROFIT_ADD"))
        let order = try talk.order
        #expect(order.state == .open)
        #expect(order[leg] == LegOfOrder())
        #expect(order[leg.other].state == other.state)
        #expect(
            order.fields["status"]
                == other.status.replacing("other", with: leg.other.request.rawValue))
        #expect((order.requests.requestedAt != nil) == other.state.isInFlight)
        #expect(try talk.hear(event) == .ignore(.late))
    }

    @Test(arguments: Leg.allCases)
    func aLegWhoseCancelIsRefusedRestsAsBefore(_ leg: Leg) throws {
        var talk = try withLegs(leg, .cancelling, other: .active)
        let event: OrderEventKind =
            leg == .stopLoss ? .stopLossCancelRejected : .takeProfitCancelRejected
        let transition = try #require(try talk.hear(event, price: nil).transition)
        #expect(
            transition.details["rejection_type"]
                == (leg == .stopLoss ? "STOPLOSS_REMOVE" : "TAKEPROFIT_REMOVE"))
        let order = try talk.order
        #expect(order[leg].state == .active)
        #expect(order[leg].price == 1)
        #expect(order[leg].cancelID == nil)
        #expect(order.fields["status"] == leg.request.rawValue)
        #expect(order.requests.requestedAt == nil)
        #expect(try talk.hear(event) == .ignore(.late))
    }

    @Test func aRequestWithoutItsStateBeforeIsAFailureNotAGuess() throws {
        var order = try OrderBench.order(.modifying, side: .buyStop)
        order.requests.modifyID = try LifecycleID("MOD1")
        order.ids.set("MOD1", IDKind.modify.rawValue)
        let message = try OrderBench.message(
            .modifyRejected, "MOD1", kind: .modify, status: .rejected)
        #expect(throws: FieldError.self) { try decide(order, message) }
    }
}
