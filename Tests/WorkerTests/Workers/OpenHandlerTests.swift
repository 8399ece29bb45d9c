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
}
