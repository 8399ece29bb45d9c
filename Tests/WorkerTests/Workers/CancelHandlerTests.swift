import ServiceRuntime
import Shared
import Testing

@Suite struct CancelHandlerTests {
    private func resting(
        _ state: OrderState = .pending, user: UserType = .live
    ) throws -> Conversation {
        try Conversation(
            OrderBench.order(
                state, side: .sellLimit, price: "1.2", account: user.rawValue + ":7"))
    }

    private func cancel(_ talk: inout Conversation) throws {
        try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL1") }
    }

    @Test(arguments: UserType.allCases)
    func aConfirmedCancelEndsTheOrder(_ user: UserType) throws {
        var talk = try resting(user: user)
        try cancel(&talk)
        let transition = try #require(
            try talk.hear(.cancelConfirmed, price: nil, arrival: "5-1").transition)
        #expect(transition.type == .orderPendingCancel)
        #expect(transition.ledger.isEmpty)
        let order = try talk.order
        #expect(order.state == .cancelled)
        #expect(order.stateBefore == nil)
        #expect(order.cancelledByArrival == "5-1")
        #expect(order.requests == talk.settled)
        #expect(order.provider.status == "CANCELLED")
        #expect(talk.account.book.count == 0)
        #expect(try talk.hear(.cancelConfirmed) == .ignore(.late))
    }

    /// Expiry, or a provider that gives up: believed though nobody asked.
    @Test(arguments: [OrderState.pendingQueued, .pending, .modifying, .cancelling])
    func whatNobodyAskedForIsBelieved(_ state: OrderState) throws {
        var talk = try resting(state)
        let outcome = try talk.hear(.cancelConfirmed, "42", price: nil, reason: "expired")
        #expect(outcome.transition?.details["reason"] == "expired")
        #expect(try talk.order.state == .cancelled)
        #expect(try talk.order.stateBefore == (state == .modifying ? .modifying : nil))
    }

    @Test func aCancelOfAMarketOrderIsNoCancel() throws {
        var talk = try resting(.queued)
        #expect(try talk.hear(.cancelConfirmed, "42") == .dead(.impossible))
    }

    /// Under the cancel's own id the order is gone for good; under the order's own it may be the
    /// first half of a replacement.
    @Test(arguments: [("CXL1", false), ("42", true)])
    func aCancelUponAChangeMayBeHalfOfAReplacement(_ id: String, _ rests: Bool) throws {
        var talk = try resting()
        try talk.ask(.modifying) {
            $0.requests.modifyID = try LifecycleID("MOD1")
            $0.requests.modifyPrice = try Price("1.3")
        }
        try cancel(&talk)
        try talk.hear(.cancelConfirmed, id, arrival: "10-0")
        #expect(try talk.order.stateBefore == (rests ? .modifying : nil))
        let replaced = try talk.hear(.modifyConfirmed, arrival: "11-0")
        #expect((replaced.transition != nil) == rests)
        guard rests else { return }
        #expect(try talk.order.price == Price("1.3"))
        // The cancel is still to be answered, and ends what was replaced.
        #expect(try talk.order.state == .cancelling)
        #expect(try talk.order.stateBefore == .pending)
        #expect(try talk.order.requests.requestedAt != nil)
        try talk.hear(.cancelConfirmed, arrival: "12-0")
        #expect(try talk.order.state == .cancelled)
        #expect(try talk.hear(.modifyConfirmed, arrival: "13-0") == .ignore(.late))
    }

    /// A change to 1.3 that its provider makes by cancel and replacement, with a cancel of ours behind
    /// it: the worker of cancels has booked the first half, the other worker not the second.
    private func halfReplaced() throws -> Conversation {
        var talk = try resting()
        try talk.ask(.modifying) {
            $0.requests.modifyID = try LifecycleID("MOD1")
            $0.requests.modifyPrice = try Price("1.3")
        }
        try cancel(&talk)
        try talk.hear(.cancelConfirmed, "42", price: nil, arrival: "10-0")
        #expect(try talk.order.state == .cancelled)
        #expect(try talk.order.stateBefore == .modifying)
        return talk
    }

    /// The replacement is cancelled before it is booked: by our own cancel wherever it lies, by one
    /// that nobody asked for where it lies behind.
    @Test(arguments: [("CXL1", "12-0"), ("CXL1", "9-0"), ("42", "12-0")])
    func aReplacementCancelledAtOnceIsNotReopened(_ id: String, _ arrival: String) throws {
        var talk = try halfReplaced()
        let again = try talk.hear(.cancelConfirmed, id, price: nil, arrival: arrival)
        #expect(again.transition?.type == .orderPendingCancel)
        #expect(try talk.order.state == .cancelled)
        #expect(try talk.order.stateBefore == (id == "42" ? .modifying : nil))
        #expect(talk.account.book.count == 0)
        for own in ["42", "MOD1"] {
            #expect(try talk.hear(.modifyConfirmed, own, arrival: "11-0") == .ignore(.late))
        }
        #expect(try talk.order.state == .cancelled)
    }

    /// Told of twice, the first half is none of the second; what lies behind both rests again.
    @Test func theLastCancelIsTheOneToLieBehind() throws {
        var talk = try halfReplaced()
        #expect(
            try talk.hear(.cancelConfirmed, "42", price: nil, arrival: "9-0") == .ignore(.late))
        try talk.hear(.cancelConfirmed, "42", price: nil, arrival: "12-0")
        #expect(try talk.hear(.modifyConfirmed, arrival: "11-0") == .ignore(.late))
        #expect(try talk.hear(.modifyConfirmed, arrival: "13-0").transition != nil)
        #expect(try talk.order.state == .cancelling)
    }

    @Test func theAnswerToAnEarlierCancelIsLate() throws {
        var talk = try resting()
        try cancel(&talk)
        try talk.hear(.cancelRejected)
        try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL2") }
        #expect(try talk.hear(.cancelConfirmed, "CXL1") == .ignore(.late))
        #expect(try talk.hear(.cancelConfirmed, "CXL2").transition != nil)
    }

    @Test(arguments: Leg.allCases, [LegState.placing, .active, .cancelling])
    func aCancelledLegIsGoneTheOtherStays(_ leg: Leg, _ state: LegState) throws {
        var order = try OrderBench.order(.open)
        for leg in Leg.allCases {
            _ = try order.requestLeg(leg, at: 1, number: 1, now: 1)
            order[leg].state = .active
        }
        order[leg].state = state
        order[leg].cancelID = LifecycleID(leg.cancelIDKind, number: 1)
        order.ids.set(leg.cancelIDKind.prefix + "1", leg.cancelIDKind.rawValue)
        order.lastLegRequest = leg.cancelRequest
        var talk = try Conversation(order)
        let event: OrderEventKind =
            leg == .stopLoss ? .stopLossCancelled : .takeProfitCancelled
        let transition = try #require(try talk.hear(event, price: nil).transition)
        #expect(
            transition.type == (leg == .stopLoss ? .orderStopLossCancel : .orderTakeProfitCancel))
        order = try talk.order
        #expect(order.state == .open)
        #expect(order[leg] == LegOfOrder())
        #expect(order[leg.other].state == .active)
        #expect(order.fields["status"] == "OPEN")
        #expect(order.requests.requestedAt == nil)
        #expect(try talk.hear(event) == .ignore(.late))
    }

    /// A request about the other leg is what the reference's status goes on to say.
    @Test func theStatusSpeaksOfTheLastRequestOnly() throws {
        var order = try OrderBench.order(.open)
        _ = try order.requestLeg(.stopLoss, at: 1, number: 1, now: 1)
        _ = order.requestLegCancel(.stopLoss, number: 1, now: 1)
        _ = try order.requestLeg(.takeProfit, at: 2, number: 1, now: 1)
        var talk = try Conversation(order)
        try talk.hear(.stopLossCancelled, price: nil)
        #expect(try talk.order.fields["status"] == "TAKEPROFIT")
        #expect(try talk.order.requests.requestedAt != nil)
    }
}
