import ServiceRuntime
import Shared
import Testing

@Suite struct LegConfirmationTests {
    private func confirmed(_ leg: Leg) -> OrderEventKind {
        leg == .stopLoss ? .stopLossConfirmed : .takeProfitConfirmed
    }

    private func placing(
        _ leg: Leg, side: OrderType = .buy, state: OrderState = .open, user: UserType = .live
    ) throws -> Conversation {
        var order = try OrderBench.order(state, side: side, account: user.rawValue + ":7")
        _ = try order.requestLeg(leg, at: try Price("1.095"), number: 1, now: 1)
        return try Conversation(order)
    }

    @Test(arguments: Leg.allCases, UserType.allCases)
    func aConfirmedLegIsActive(_ leg: Leg, _ user: UserType) throws {
        var talk = try placing(leg, user: user)
        let transition = try #require(try talk.hear(confirmed(leg), price: "1.0951").transition)
        #expect(
            transition.type
                == (leg == .stopLoss ? .orderStopLossConfirmed : .orderTakeProfitConfirmed))
        let order = try talk.order
        #expect(order.state == .open)
        #expect(order[leg].state == .active)
        #expect(order[leg].price == (try Price("1.095")))
        #expect(order[leg.other] == LegOfOrder())
        #expect(order.requests.requestedAt == nil)
        #expect(order.fields["status"] == leg.request.rawValue)
        #expect(order.fields[leg.rawValue] == "1.095")
        #expect(try talk.hear(confirmed(leg), price: "1.2") == .ignore(.late))
    }

    /// The price is the provider's, less the house's half spread for a buyer (domain §5).
    @Test(arguments: [(OrderType.buy, "1.0949"), (.sell, "1.0951")])
    func thePriceIsTheProviders(_ side: OrderType, _ price: String) throws {
        for leg in Leg.allCases {
            var talk = try placing(leg, side: side)
            try talk.hear(confirmed(leg), price: "1.095")
            #expect(try talk.order[leg].price == Price(price))
        }
    }

    @Test func bothLegsGoTheirOwnWays() throws {
        var order = try OrderBench.order(.open)
        _ = try order.requestLeg(.stopLoss, at: try Price("1.09"), number: 1, now: 1)
        _ = try order.requestLeg(.takeProfit, at: try Price("1.12"), number: 1, now: 1)
        var talk = try Conversation(order)
        try talk.hear(.takeProfitConfirmed, price: "1.1201")
        #expect(try talk.order.takeProfit.price == Price("1.12"))
        #expect(try talk.order.stopLoss.state == .placing)
        #expect(try talk.order.requests.requestedAt != nil)
        try talk.hear(.stopLossConfirmed, price: "1.0901")
        #expect(try talk.order.stopLoss.price == Price("1.09"))
        #expect(try talk.order.takeProfit.price == Price("1.12"))
        #expect(try talk.order.requests.requestedAt == nil)
    }

    @Test(arguments: Leg.allCases)
    func whileTheCloseIsInFlightALegIsConfirmedToo(_ leg: Leg) throws {
        var talk = try placing(leg, state: .closing)
        try talk.hear(confirmed(leg))
        #expect(try talk.order.state == .closing)
        #expect(try talk.order[leg].state == .active)
        #expect(try talk.order.requests.requestedAt != nil)
    }

    @Test(arguments: Leg.allCases)
    func withoutAPriceItIsUnreadable(_ leg: Leg) throws {
        var talk = try placing(leg)
        #expect(try talk.hear(confirmed(leg), price: nil) == .dead(.unreadable))
    }

    @Test(arguments: Leg.allCases)
    func theOtherLegsEventIsNotServed(_ leg: Leg) throws {
        let talk = try placing(leg.other)
        let message = try OrderBench.message(
            confirmed(leg.other), leg.other.idKind.prefix + "1", kind: leg.other.idKind,
            status: .pending)
        let outcome = try LegConfirmation(leg).decide(
            message, on: talk.account, in: OrderBench.context())
        #expect(outcome == .dead(.notServed))
    }

    @Test func aReplacedLegIsConfirmedUnderItsNewIDOnly() throws {
        var order = try OrderBench.order(.open)
        _ = try order.requestLeg(.stopLoss, at: try Price("1.09"), number: 1, now: 1)
        order.legRefused(.stopLoss)
        _ = try order.requestLeg(.stopLoss, at: try Price("1.08"), number: 2, now: 1)
        var talk = try Conversation(order)
        #expect(try talk.hear(.stopLossConfirmed, "SL1") == .ignore(.late))
        #expect(try talk.hear(.stopLossConfirmed, "SL2").transition != nil)
    }
}
