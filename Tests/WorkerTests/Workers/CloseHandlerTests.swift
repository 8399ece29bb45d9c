import ServiceRuntime
import Shared
import Testing

@testable import WorkerClose

@Suite struct CloseHandlerTests {
    let handler = CloseHandler(maxRateAge: 60_000)

    private func decide(
        _ order: Order, _ message: OrderMessage, _ prices: Prices = Prices()
    ) throws -> Outcome {
        try handler.decide(
            message, on: OrderBench.account(with: order), in: OrderBench.context(prices))
    }

    private func position(_ state: OrderState = .closing) throws -> Order {
        var order = try OrderBench.order(state, quantity: try Quantity("1.5"), price: "1.1004")
        order.money.commissionEntry = try Money("10.5")
        order.requests.closeID = try LifecycleID("CLS1")
        order.ids.set("CLS1", IDKind.close.rawValue)
        return order
    }

    private func closeFill(_ price: String = "1.1053") throws -> OrderMessage {
        try OrderBench.message(.closeFilled, "CLS1", kind: .close, price: price)
    }

    @Test(arguments: [OrderState.closing, .open])
    func aCloseBooksItsPartsAndTheyAddUp(_ state: OrderState) throws {
        let transition = try #require(try decide(position(state), closeFill()).transition)
        let order = try #require(transition.order)
        #expect(order.state == .closed)
        #expect(order.money.closePrice == (try Price("1.1052")))
        #expect(order.money.profit == 720)
        #expect(order.money.commissionExit == (try Money("10.5")))
        #expect(order.money.netProfit == 699)
        #expect(
            transition.ledger == [LedgerEntry(.profit, 720), LedgerEntry(.commission, -21)])
        #expect(order.money.closeMessage == .closed)
    }

    /// The names by which the reference's readers know a close.
    @Test func theEventOfACloseHasTheReferencesFields() throws {
        let order = try position()
        let transition = try #require(try decide(order, closeFill()).transition)
        let (after, record) = try OrderBench.account(with: order)
            .applying(transition, at: Prices(), random: 1, now: 2)
        let expected = [
            "order_status": "CLOSED", "close_price": "1.1052", "net_profit": "699",
            "commission": "21", "commission_entry": "10.5", "commission_exit": "10.5",
            "profit_usd": "720", "pnl_native": "720", "profit_currency": "USD",
            "quantity": "1.5", "entry_price": "1.1004", "market_close_price": "1.1053",
            "close_price_adjusted": "1.1052", "half_spread": "0.0001",
        ]
        for (name, value) in expected { #expect(record.event[name] == value, "\(name)") }
        // Rebuilt from its event, the order is the one that was written.
        guard case .kept(let kept)? = after.orders[order.id] else {
            Issue.record("the order is gone")
            return
        }
        let snapshot = Order.snapshot(ofEvent: record.event)
        let rebuilt = try Order(snapshot, account: kept.account)
        #expect(rebuilt.fields == kept.fields)
        #expect(rebuilt.fields["commission"] == snapshot["commission"])
    }

    /// Small units may be beyond the range of money where the dollars are not.
    @Test func aNativeProfitBeyondTheRangeIsLeftOut() throws {
        let prices = try OrderBench.prices(["USDJPY": ("1000000", "1000000")])
        var order = try OrderBench.order(
            .closing, price: "1",
            terms: OrderBench.terms("USDJPY", ["profit": "JPY", "contract_size": "1000000"]))
        order.requests.closeID = try LifecycleID("CLS1")
        order.ids.set("CLS1", IDKind.close.rawValue)
        let transition = try #require(
            try decide(order, closeFill("1000000"), prices).transition)
        #expect(transition.details["pnl_native"] == nil)
        #expect(transition.details["profit_currency"] == "JPY")
    }

    @Test(
        arguments: [
            (Initiator.user, CloseMessage.closed), (.copy, .closed), (.admin, .adminClosed),
            (.autoCutoff, .autoCutoff),
        ])
    func theInitiatorNamesTheClose(_ initiator: Initiator, _ message: CloseMessage) throws {
        var order = try position()
        order.requests.closeInitiator = initiator
        #expect(
            try decide(order, closeFill()).transition?.order?.money.closeMessage == message)
    }

    @Test(
        arguments: [
            (OrderEventKind.stopLossFilled, IDKind.stopLoss, CloseMessage.stopLoss),
            (.takeProfitFilled, .takeProfit, .takeProfit),
        ])
    func aFilledLegClosesAndCancelsTheOther(
        _ event: OrderEventKind, _ kind: IDKind, _ message: CloseMessage
    ) throws {
        var order = try position(.open)
        for leg in Leg.allCases {
            order[leg].state = .active
            order[leg].id = LifecycleID(leg == .stopLoss ? .stopLoss : .takeProfit, number: 5)
            order.ids.set(order[leg].id?.text ?? "", leg.rawValue)
        }
        let fill = try OrderBench.message(event, kind.prefix + "5", kind: kind, price: "1.0901")
        let transition = try #require(try decide(order, fill).transition)
        #expect(transition.order?.money.closeMessage == message)
        let other: IDKind = event == .stopLossFilled ? .takeProfitCancel : .stopLossCancel
        #expect(transition.newIDs.map { String($0.text.prefix(3)) } == [other.prefix])
        #expect(transition.sends.map(\.id) == transition.newIDs)
        #expect(transition.order?.ids[transition.newIDs[0].text] == Substring(other.rawValue))
    }

    @Test func aCloseThatLacksAFreshRateWaitsAndIsNeverBookedUnconverted() throws {
        var order = try OrderBench.order(
            .closing, terms: OrderBench.terms("USDJPY", ["profit": "JPY"]))
        order.requests.closeID = try LifecycleID("CLS1")
        order.ids.set("CLS1", IDKind.close.rawValue)
        #expect(try decide(order, closeFill("150")) == .defer(.waitingForRate))
        let stale = try OrderBench.prices(["USDJPY": ("151.2", "151.23")], age: 60_001)
        #expect(try decide(order, closeFill("150"), stale) == .defer(.waitingForRate))
        let fresh = try OrderBench.prices(["USDJPY": ("151.2", "151.23")], age: 60_000)
        #expect(try decide(order, closeFill("150"), fresh).transition != nil)
    }

    @Test(arguments: [OrderState.queued, .pendingQueued, .pending, .modifying, .cancelling])
    func aCloseThatOvertookTheFillWaits(_ state: OrderState) throws {
        #expect(try decide(position(state), closeFill()) == .defer(.early))
    }

    @Test func aSecondCloseIsADeadLetterARepeatedOneIsNot() throws {
        var order = try position(.closed)
        #expect(try decide(order, closeFill()) == .dead(.secondFill))
        order.execs.set("X1", "3")
        #expect(try decide(order, closeFill()) == .ignore(.repeatedFill))
    }

    @Test func aCloseWithoutAPriceIsUnreadable() throws {
        let message = try OrderBench.message(.closeFilled, "CLS1", kind: .close, price: nil)
        #expect(try decide(position(), message) == .dead(.unreadable))
    }

    /// Each leg's state when the position closes, and whether a cancel of it leaves.
    @Test(
        arguments: [
            (LegState.none, false), (.placing, true), (.active, true), (.cancelling, false),
        ], UserType.allCases)
    func legsThatRestAreCancelledWithTheClose(
        _ leg: (state: LegState, isCancelled: Bool), _ user: UserType
    ) throws {
        var order = try OrderBench.order(.open, account: user.rawValue + ":7")
        for each in Leg.allCases where leg.state != .none {
            _ = try order.requestLeg(each, at: 1, number: 1, now: 1)
            if leg.state == .cancelling { _ = order.requestLegCancel(each, number: 1, now: 1) }
            order[each].state = leg.state
        }
        var talk = try Conversation(order)
        try talk.ask(.closing) { $0.requests.closeID = try LifecycleID("CLS1") }
        let transition = try #require(try talk.hear(.closeFilled).transition)
        let ids = leg.isCancelled ? ["SLC901", "TPC902"] : []
        #expect(transition.newIDs.map(\.text) == ids)
        #expect(transition.sends.map(\.id.text) == ids)
        #expect(
            transition.sends.map { $0.fields["status"] }
                == (leg.isCancelled ? ["STOPLOSS-CANCEL", "TAKEPROFIT-CANCEL"] : []))
        let closed = try talk.order
        #expect(closed.stopLoss.state == .none && closed.takeProfit.state == .none)
        #expect(closed.requests == talk.settled)
        #expect(talk.account.portfolio?.margins.isEmpty == true)
        // Their confirmations come after the end.
        for id in ids {
            let event: OrderEventKind =
                id.hasPrefix("SLC") ? .stopLossCancelled : .takeProfitCancelled
            #expect(try talk.hear(event, id) == .ignore(.late))
        }
    }

    /// The leg's own id, or that of the cancel that it overtook.
    @Test(arguments: Leg.allCases, [false, true])
    func theFilledLegIsNamedAndNotCancelled(_ leg: Leg, _ byCancel: Bool) throws {
        var order = try OrderBench.order(.open)
        _ = try order.requestLeg(leg, at: 1, number: 1, now: 1)
        _ = order.requestLegCancel(leg, number: 1, now: 1)
        var talk = try Conversation(order)
        let id = (byCancel ? leg.cancelIDKind : leg.idKind).prefix + "1"
        let event: OrderEventKind = leg == .stopLoss ? .stopLossFilled : .takeProfitFilled
        let transition = try #require(try talk.hear(event, id).transition)
        #expect(transition.sends.isEmpty)
        #expect(transition.details["trigger_lifecycle_id"] == id)
        #expect(
            try talk.order.money.closeMessage == (leg == .stopLoss ? .stopLoss : .takeProfit))
    }

    /// Close and stop loss both filled: the second is a position that nobody wanted.
    @Test func twoFillsOfOnePositionAreOneCloseAndOneDeadLetter() throws {
        var order = try OrderBench.order(.open)
        _ = try order.requestLeg(.stopLoss, at: 1, number: 1, now: 1)
        order.stopLoss.state = .active
        var talk = try Conversation(order)
        try talk.ask(.closing) { $0.requests.closeID = try LifecycleID("CLS1") }
        try talk.hear(.stopLossFilled)
        #expect(try talk.hear(.closeFilled) == .dead(.secondFill))
    }

    /// An initiator asked for the close, but the stop loss was faster.
    @Test func theCauseIsWhatFilledNotWhatWasAskedFor() throws {
        var order = try OrderBench.order(.open)
        _ = try order.requestLeg(.stopLoss, at: 1, number: 1, now: 1)
        var talk = try Conversation(order)
        try talk.ask(.closing) {
            $0.requests.closeID = try LifecycleID("CLS1")
            $0.requests.closeInitiator = .admin
        }
        try talk.hear(.stopLossFilled)
        #expect(try talk.order.money.closeMessage == .stopLoss)
    }
}
