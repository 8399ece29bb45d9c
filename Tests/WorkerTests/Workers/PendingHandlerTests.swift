import ServiceRuntime
import Shared
import Testing

@Suite struct PendingHandlerTests {
    private func resting(_ state: OrderState = .pending) throws -> Conversation {
        try Conversation(
            OrderBench.order(state, side: .buyLimit, price: "1.09", flow: Provider("barclays")))
    }

    /// A change to 1.08 and two lots is on its way under `MOD1`.
    private func modify(_ talk: inout Conversation) throws {
        try talk.ask(.modifying) {
            $0.requests.modifyID = try LifecycleID("MOD1")
            $0.requests.modifyPrice = try Price("1.08")
            $0.requests.modifyQuantity = 2
        }
    }

    @Test(arguments: UserType.allCases)
    func whatIsConfirmedRests(_ user: UserType) throws {
        var talk = try Conversation(
            OrderBench.order(
                .pendingQueued, side: .sellStop, price: "1.09", account: user.rawValue + ":7"))
        let transition = try #require(try talk.hear(.pendingConfirmed, price: nil).transition)
        #expect(transition.type == .orderPendingConfirmed)
        #expect(transition.sends.isEmpty && transition.newIDs.isEmpty)
        let order = try talk.order
        #expect(order.state == .pending)
        #expect(order.price == (try Price("1.09")))
        #expect(order.requests.requestedAt == nil)
        #expect(order.provider.status == "PENDING")
        #expect(talk.account.portfolio?.margins.isEmpty == true)
        #expect(try talk.hear(.pendingConfirmed) == .ignore(.late))
    }

    @Test(arguments: ["MOD1", "42"])
    func aConfirmedChangeIsTakenOver(_ id: String) throws {
        var talk = try resting()
        try modify(&talk)
        #expect(try talk.hear(.modifyConfirmed, id).transition?.type == .orderPendingConfirmed)
        let order = try talk.order
        #expect(order.state == .pending)
        #expect(order.stateBefore == nil)
        #expect(order.price == (try Price("1.08")))
        #expect(order.quantity == 2)
        #expect(order.money.contractValue == 200_000)
        #expect(order.requests == talk.settled)
        #expect(try talk.hear(.modifyConfirmed, id) == .ignore(.late))
    }

    @Test func aChangeOfThePriceAloneLeavesTheQuantity() throws {
        var talk = try resting()
        try talk.ask(.modifying) {
            $0.requests.modifyID = try LifecycleID("MOD1")
            $0.requests.modifyPrice = try Price("1.07")
        }
        try talk.hear(.modifyConfirmed)
        #expect(try talk.order.price == Price("1.07"))
        #expect(try talk.order.quantity == 1)
    }

    @Test func theAnswerToAnEarlierChangeIsLate() throws {
        var talk = try resting()
        try modify(&talk)
        try talk.hear(.modifyRejected)
        try talk.ask(.modifying) { $0.requests.modifyID = try LifecycleID("MOD2") }
        #expect(try talk.hear(.modifyConfirmed, "MOD1") == .ignore(.late))
        #expect(try talk.hear(.modifyConfirmed, "MOD2").transition != nil)
    }

    /// What was in flight before the cancel is confirmed; the cancel stays in flight.
    @Test func whileCancellingWhatWasInFlightIsConfirmedWithoutLeaving() throws {
        var talk = try resting(.pendingQueued)
        try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL1") }
        try talk.hear(.pendingConfirmed)
        #expect(try talk.order.state == .cancelling)
        #expect(try talk.order.stateBefore == .pending)
        #expect(try talk.order.requests.requestedAt != nil)
        #expect(try talk.hear(.pendingConfirmed) == .ignore(.late))
        try talk.hear(.cancelRejected)
        #expect(try talk.order.state == .pending)
    }

    @Test func whileCancellingAConfirmedChangeIsTakenOver() throws {
        var talk = try resting()
        try modify(&talk)
        try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL1") }
        try talk.hear(.modifyConfirmed)
        var order = try talk.order
        #expect(order.state == .cancelling)
        #expect(order.stateBefore == .pending)
        #expect(order.price == (try Price("1.08")))
        #expect(order.quantity == 2)
        try talk.hear(.cancelConfirmed)
        order = try talk.order
        #expect(order.state == .cancelled)
        #expect(order.stateBefore == nil)
    }

    /// Cancel and replace: what lies behind the cancel re-opens the order, what lies before it not.
    @Test(arguments: [("9-9", false), ("10-0", false), ("10-1", true), ("100-0", true)])
    func aReplacementRestsAgain(_ arrival: String, _ rests: Bool) throws {
        var talk = try resting()
        try modify(&talk)
        try talk.ask { $0.stopLoss.price = try Price("1.0") }
        try talk.hear(.cancelConfirmed, "42", arrival: "10-0")
        #expect(try talk.order.state == .cancelled)
        #expect(talk.account.book.count == 0)

        let outcome = try talk.hear(.modifyConfirmed, "42", arrival: arrival)
        guard rests else {
            #expect(outcome == .ignore(.late))
            return
        }
        let order = try talk.order
        #expect(order.state == .pending)
        #expect(order.stateBefore == nil)
        #expect(order.cancelledByArrival == nil)
        #expect(order.price == (try Price("1.08")))
        #expect(order.quantity == 2)
        #expect(order.stopLoss.price == 1)
        #expect(order.requests == talk.settled)
        #expect(talk.account.book.count == 1)
        #expect(outcome.transition?.type == .orderPendingConfirmed)
    }

    @Test func aReplacementUnderTheChangesOwnIDRestsToo() throws {
        var talk = try resting()
        try modify(&talk)
        try talk.hear(.cancelConfirmed, "42", arrival: "10-0")
        try talk.hear(.modifyConfirmed, "MOD1", arrival: "11-0")
        #expect(try talk.order.state == .pending)
    }

    @Test func aReplacedOrderIsCancelledLikeAnyOther() throws {
        var talk = try resting()
        try modify(&talk)
        try talk.hear(.cancelConfirmed, "42", arrival: "10-0")
        try talk.hear(.modifyConfirmed, arrival: "11-0")
        try talk.hear(.cancelConfirmed, "42", arrival: "12-0")
        #expect(try talk.order.state == .cancelled)
        #expect(try talk.hear(.modifyConfirmed, "42", arrival: "13-0") == .ignore(.late))
    }
}

extension Conversation {
    /// The requests of an order of which nothing is in flight.
    var settled: OrderRequests {
        var requests = OrderRequests()
        requests.placedBy = "r1"
        return requests
    }
}
