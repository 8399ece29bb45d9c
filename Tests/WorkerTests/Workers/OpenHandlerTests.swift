import ServiceRuntime
import Shared
import Testing

@testable import WorkerOpen

@Suite struct OpenHandlerTests {
    let handler = OpenHandler(maxRateAge: 60_000)

    private func decide(
        _ order: Order, _ message: OrderMessage, _ prices: Prices = Prices()
    ) throws -> Outcome {
        try handler.decide(
            message, on: OrderBench.account(with: order), in: OrderBench.context(prices))
    }

    @Test func aFillBecomesAPositionAtThePriceWithTheHouseSpread() throws {
        let outcome = try decide(OrderBench.order(), OrderBench.message(.filled))
        let order = try #require(outcome.transition?.order)
        #expect(outcome.transition?.type == .orderOpenConfirmed)
        #expect(order.state == .open)
        #expect(order.price == (try Price("1.1004")))
        #expect(order.money.margin == (try Money("1100.4")))
        #expect(order.money.commissionEntry == 7)
        #expect(order.money.contractValue == 100_000)
        #expect(order.money.reservedMargin == nil)
        #expect(order.execs.contains("X1"))
    }

    @Test(arguments: [OrderState.pendingQueued, .pending, .modifying, .cancelling])
    func aPendingSellFillsLikeAMarketSell(_ state: OrderState) throws {
        let order = try OrderBench.order(state, side: .sellStop, price: "1.095")
        let filled = try decide(order, OrderBench.message(.filled, price: "1.0949"))
        #expect(filled.transition?.order?.price == (try Price("1.0948")))
        #expect(filled.transition?.order?.type == .sell)
    }

    @Test(arguments: [OrderState.cancelled, .rejected])
    func aFillAfterTheEndIsBookedAndMarked(_ state: OrderState) throws {
        let outcome = try decide(OrderBench.order(state), OrderBench.message(.filled))
        #expect(outcome.transition?.order?.isLateFill == true)
        #expect(outcome.transition?.details["alarm"] == "late_fill")
    }

    @Test(arguments: [OrderState.open, .closing, .closed])
    func anotherFillIsAnothersMoney(_ state: OrderState) throws {
        var order = try OrderBench.order(state)
        #expect(try decide(order, OrderBench.message(.filled)) == .dead(.secondFill))
        order.execs.set("X1", "2")
        #expect(try decide(order, OrderBench.message(.filled)) == .ignore(.repeatedFill))
    }

    @Test func aPartOfTheQuantityIsADeadLetter() throws {
        let part = try OrderBench.message(.filled, quantity: try Quantity("0.5"))
        #expect(try decide(OrderBench.order(), part) == .dead(.partialFill))
        let whole = try OrderBench.message(.filled, quantity: 1)
        #expect(try decide(OrderBench.order(), whole).transition != nil)
    }

    @Test func aFillWithoutAPriceIsUnreadable() throws {
        let message = try OrderBench.message(.filled, price: nil)
        #expect(try decide(OrderBench.order(), message) == .dead(.unreadable))
    }

    @Test func aForeignMarginWaitsForSomeRateAPercentageForAFreshOne() throws {
        let plain = try OrderBench.order(terms: OrderBench.terms("USDJPY", ["profit": "JPY"]))
        let message = try OrderBench.message(.filled, price: "151.18")
        #expect(try decide(plain, message) == .defer(.waitingForRate))
        let stale = try OrderBench.prices(["USDJPY": ("151.2", "151.23")], age: 60_001)
        #expect(try decide(plain, message, stale).transition != nil)

        let percent = try OrderBench.order(
            terms: OrderBench.terms(
                "USDJPY", ["profit": "JPY", "commission_value_type": "1"]))
        #expect(try decide(percent, message, stale) == .defer(.waitingForRate))
        let fresh = try OrderBench.prices(["USDJPY": ("151.2", "151.23")], age: 60_000)
        #expect(try decide(percent, message, fresh).transition != nil)
    }

    /// Stop loss and take profit given with the order go to the provider with the fill, at the
    /// price that it compares with.
    @Test(
        arguments: [(OrderType.buyStop, "1.0902", "1.1201"), (.sellStop, "1.09", "1.1199")],
        UserType.allCases)
    func waitingLegsAreAskedForWithTheFill(
        _ sent: (side: OrderType, stopLoss: String, takeProfit: String), _ user: UserType
    ) throws {
        var order = try OrderBench.order(
            .pending, side: sent.side, account: user.rawValue + ":7", flow: Provider("barclays"))
        order.stopLoss.price = try Price("1.0901")
        order.takeProfit.price = try Price("1.12")
        var talk = try Conversation(order)
        let transition = try #require(try talk.hear(.filled).transition)
        let filled = try talk.order
        #expect(filled.stopLoss.state == .placing)
        #expect(filled.takeProfit.state == .placing)
        #expect(filled.stopLoss.price == order.stopLoss.price)
        #expect(transition.newIDs.map(\.text) == ["SL901", "TP902"])
        #expect(transition.sends.map(\.id) == transition.newIDs)
        #expect(transition.sends.map { $0.fields["status"] } == ["STOPLOSS", "TAKEPROFIT"])
        #expect(transition.sends[0].fields["stoploss"] == sent.stopLoss)
        #expect(transition.sends[1].fields["takeprofit"] == sent.takeProfit)
        #expect(transition.sends[0].fields["contract_value"] == "100000")
        #expect(transition.sends[0].fields["order_type"] == filled.side.text)
        #expect(filled.kind(of: try LifecycleID("SL901")) == .stopLoss)
        #expect(filled.kind(of: try LifecycleID("TP902")) == .takeProfit)
        #expect(filled.fields["status"] == "TAKEPROFIT")
        #expect(filled.requests.requestedAt == OrderBench.now + 1)
        try talk.hear(.takeProfitConfirmed, "TP902")
        try talk.hear(.stopLossConfirmed, "SL901")
        #expect(try talk.order.requests.requestedAt == nil)
    }

    @Test func aSingleWaitingLegUsesItsOwnID() throws {
        var order = try OrderBench.order(.pending, side: .buyStop)
        order.takeProfit.price = try Price("1.12")
        let transition = try #require(try decide(order, OrderBench.message(.filled)).transition)
        #expect(transition.newIDs.map { String($0.text.prefix(2)) } == ["TP"])
        #expect(transition.order?.stopLoss == LegOfOrder())
    }

    /// Whatever was in flight when the fill came is answered late.
    @Test(arguments: [OrderState.modifying, .cancelling])
    func answersToWhatWasInFlightAreLate(_ state: OrderState) throws {
        var talk = try Conversation(OrderBench.order(.pending, side: .buyStop))
        try talk.ask(.modifying) {
            $0.requests.modifyID = try LifecycleID("MOD1")
            $0.requests.modifyPrice = try Price("1.2")
        }
        if state == .cancelling {
            try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL1") }
        }
        try talk.hear(.filled, "42")
        #expect(try talk.order.state == .open)
        #expect(try talk.order.stateBefore == nil)
        #expect(try talk.order.requests == talk.settled)
        let late: [OrderEventKind] = [
            .modifyConfirmed, .modifyRejected, .cancelConfirmed, .cancelRejected,
            .pendingConfirmed,
        ]
        for event in late { #expect(try talk.hear(event) == .ignore(.late), "\(event)") }
        #expect(try talk.hear(.filled, "MOD1") == .dead(.secondFill))
    }

    /// A fill under the id of the change or the cancel that it overtook.
    @Test(arguments: ["42", "MOD1", "CXL1"])
    func aFillIsAFactUnderAnyID(_ id: String) throws {
        var talk = try Conversation(OrderBench.order(.pending, side: .buyStop))
        try talk.ask(.modifying) { $0.requests.modifyID = try LifecycleID("MOD1") }
        try talk.ask(.cancelling) { $0.requests.cancelID = try LifecycleID("CXL1") }
        #expect(try talk.hear(.filled, id).transition != nil)
    }

    /// A change of the quantity reached the provider, which filled it; the fill's worker was faster
    /// than the change's.
    @Test(arguments: [("1", "2"), ("2", "0.5")])
    func aFillOfTheQuantityAskedForIsWhole(_ before: String, _ asked: String) throws {
        var talk = try Conversation(
            OrderBench.order(
                .pending, side: .buyStop, quantity: Quantity(before), flow: Provider("barclays")))
        try talk.ask(.modifying) {
            $0.requests.modifyID = try LifecycleID("MOD1")
            $0.requests.modifyQuantity = try Quantity(asked)
        }
        #expect(try talk.hear(.filled, quantity: Quantity("0.25")) == .dead(.partialFill))
        try talk.hear(.filled, quantity: Quantity(asked))
        let order = try talk.order
        #expect(order.quantity == (try Quantity(asked)))
        #expect(order.money.commissionEntry == (try Money(asked == "2" ? "14" : "3.5")))
        #expect(try talk.hear(.modifyConfirmed) == .ignore(.late))
    }

    @Test(arguments: [OrderState.cancelled, .rejected], UserType.allCases)
    func aLateFillTiesUpItsMarginAndPlacesItsLegs(_ state: OrderState, _ user: UserType) throws {
        var order = try OrderBench.order(
            .pending, side: .buyLimit, account: user.rawValue + ":7", flow: Provider("barclays"))
        order.stopLoss.price = 1
        var talk = try Conversation(order, balance: 1)
        if state == .cancelled {
            try talk.hear(.cancelConfirmed, "42", reason: "expired")
        } else {
            try talk.ask(.rejected) { _ in }
        }
        let transition = try #require(try talk.hear(.filled).transition)
        order = try talk.order
        #expect(order.state == .open)
        #expect(order.isLateFill)
        #expect(order.cancelledByArrival == nil)
        #expect(order.stateBefore == nil)
        #expect(order.stopLoss.state == .placing)
        #expect(transition.details["alarm"] == "late_fill")
        #expect(talk.account.book.count == 1)
        #expect(try talk.account.portfolio?.usedMarginAll() == Money("1100.4"))
    }
}

/// Fills of the house that the account cannot carry (domain §3, §6).
@Suite struct RefusedFillTests {
    /// One lot at 1.1003 and the half spread ties up 1,100.40.
    private func talk(
        _ state: OrderState = .pending, balance: Money, flow: String = "house",
        side: OrderType = .buyStop, others: [Order] = [], prices: Prices = Prices()
    ) throws -> Conversation {
        var order = try OrderBench.order(state, side: side, flow: Provider(flow))
        order.stateBefore = state == .modifying || state == .cancelling ? .pending : nil
        order.stopLoss.price = 1
        return try Conversation(order, balance: balance, others: others, at: prices)
    }

    @Test(arguments: [OrderState.pendingQueued, .pending, .modifying, .cancelling])
    func aHousePendingBeyondTheFreeMarginIsRejected(_ state: OrderState) throws {
        var talk = try talk(state, balance: Money("1100.39"))
        let transition = try #require(try talk.hear(.filled).transition)
        #expect(transition.type == .orderRejected)
        #expect(transition.sends.isEmpty && transition.newIDs.isEmpty)
        #expect(transition.details["rejection_type"] == "ORDER_PLACEMENT")
        #expect(transition.details["reason"] == "insufficient_margin")
        let order = try talk.order
        #expect(order.state == .rejected)
        #expect(order.rejectReason == "insufficient_margin")
        #expect(order.price == (try Price("1.1002")))
        #expect(order.money.margin == nil)
        #expect(order.requests == talk.settled)
        #expect(talk.account.book.count == 0)
    }

    /// The same fill again, under its exec id, books nothing more; nor does its refusal.
    @Test func aRefusedFillStaysRefused() throws {
        let talk = try talk(balance: 1)
        let message = try OrderBench.message(.filled)
        let handler = try #require(Role.open.handler)
        let refused = try #require(
            try handler.decide(message, on: talk.account, in: OrderBench.context())
                .transition?.order)
        let rich = try OrderBench.account(with: refused)
        #expect(
            try handler.decide(message, on: rich, in: OrderBench.context())
                == .ignore(.repeatedFill))
        let other = try OrderBench.message(.fillRefused, exec: "X2")
        #expect(try handler.decide(other, on: rich, in: OrderBench.context()) == .ignore(.late))
    }

    @Test func whatIsJustEnoughIsBooked() throws {
        var talk = try talk(balance: Money("1100.4"))
        try talk.hear(.filled)
        #expect(try talk.order.state == .open)
    }

    @Test func aProvidersFillIsAlwaysBooked() throws {
        var talk = try talk(balance: -5, flow: "barclays")
        try talk.hear(.filled)
        #expect(try talk.order.state == .open)
    }

    @Test func aMarketOrderHasReservedItsMarginBefore() throws {
        var talk = try talk(.queued, balance: 0, side: .buy)
        try talk.hear(.filled)
        #expect(try talk.order.state == .open)
    }

    /// An order that ended is not ended again, and not opened either.
    @Test func aLateFillOfTheHouseThatCannotBeCarriedIsIgnored() throws {
        var talk = try talk(.cancelled, balance: 0)
        #expect(try talk.hear(.filled) == .ignore(.late))
    }

    /// What other positions gain and tie up counts, at the last known price (domain §6).
    @Test(arguments: [("1.095", true), ("1.105", false)])
    func otherPositionsCount(_ entry: String, _ carries: Bool) throws {
        let prices = try OrderBench.prices(["GBPUSD": ("1.1", "1.1002")], age: 86_400_000)
        let other = try OrderBench.order(
            .open, price: entry, terms: OrderBench.terms("GBPUSD"), number: 7)
        // 2,300 less 1,100.20 for the other, and 500 more or less for its floating profit.
        var talk = try talk(balance: 2_300, others: [other], prices: prices)
        try talk.hear(.filled)
        #expect(try talk.order.state == (carries ? .open : .rejected))
    }

    @Test func itsPricesAreReadForFillsOfTheHouseOnly() throws {
        let other = try OrderBench.order(
            .open, terms: OrderBench.terms("EURGBP", ["profit": "GBP"]), number: 7)
        let message = try OrderBench.message(.filled)
        let handler = try #require(Role.open.handler)
        let rate = try OrderBench.prices(["GBPUSD": ("1.3", "1.3")])
        for (flow, side, isRead) in [
            ("house", OrderType.buyStop, true), ("house", .buy, false),
            ("barclays", .buyStop, false),
        ] {
            let order = try OrderBench.order(.pending, side: side, flow: Provider(flow))
            let account = try OrderBench.account(with: order, others: [other], at: rate)
            let symbols = try handler.furtherNeeds(message, on: account, terms: [:])
            #expect(symbols.contains(try Symbol("EURGBP")) == isRead)
            #expect(symbols.contains(try Symbol("GBPUSD")) == isRead)
        }
    }
}
