import Testing

@testable import Shared

@Suite("Vectors of money") struct MoneyVectorTests {
    private let fixture: MoneyFixture
    private let prices: Prices

    init() throws {
        fixture = try MoneyFixture.shared.get()
        prices = try fixture.prices()
    }

    @Test("no section of the file is empty")
    func complete() {
        #expect(fixture.open.count == 9)
        #expect(fixture.close.count == 10)
        #expect(fixture.margin.count == 4)
    }

    @Test("fill", arguments: try MoneyFixture.shared.get().open)
    func open(_ vector: MoneyFixture.OpenCase) throws {
        let (input, expect) = (vector.input, vector.expect)
        let terms = try fixture.terms(input.symbol)
        let quantity = try Quantity(input.quantity)
        let conversion = try #require(prices.conversion(for: terms.profitCurrency))
        let price = try PriceRules.fillPrice(
            side: Side(input.side), avgpx: Price(input.avgpx), halfSpread: terms.halfSpread)
        #expect(terms.halfSpread.text == expect.halfSpread)
        #expect(price.text == expect.orderPrice)
        #expect(
            try MarginRules.contractValue(terms: terms, quantity: quantity).text
                == expect.contractValue)
        let margin = try MarginRules.orderMargin(
            terms: terms, leverage: Factor(input.leverage), quantity: quantity, price: price,
            conversion: conversion)
        #expect(margin.text == expect.margin)
        let commission = try CommissionRules.entry(
            terms: terms, quantity: quantity, price: price, conversion: conversion)
        #expect(commission.text == expect.commissionEntry)
    }

    @Test("close", arguments: try MoneyFixture.shared.get().close)
    func close(_ vector: MoneyFixture.CloseCase) throws {
        let (input, expect) = (vector.input, vector.expect)
        let terms = try fixture.terms(input.symbol)
        let (side, quantity) = (try Side(input.side), try Quantity(input.quantity))
        let conversion = try #require(prices.conversion(for: terms.profitCurrency))
        let price = try PriceRules.closePrice(
            side: side, avgpx: Price(input.avgpx), halfSpread: terms.halfSpread)
        #expect(price.text == expect.closePrice)
        let booked = try NetProfit(
            profit: ProfitRules.close(
                terms: terms, side: side, quantity: quantity, entry: Price(input.entryPrice),
                close: price, conversion: conversion),
            commissionEntry: Money(input.commissionEntry),
            commissionExit: CommissionRules.exit(
                terms: terms, quantity: quantity, price: price, conversion: conversion),
            swap: Money(input.swap))
        #expect(booked.profit.text == expect.profit)
        #expect(booked.commissionExit.text == expect.commissionExit)
        #expect(booked.swap.text == expect.swap)
        #expect(booked.net.text == expect.netProfit)
    }

    @Test("margin of an account", arguments: try MoneyFixture.shared.get().margin)
    func margin(_ vector: MoneyFixture.MarginCase) throws {
        let positions = vector.input.orders.filter { ["open", "closing"].contains($0.state) }
        let queued = vector.input.orders.filter { $0.state == "queued" }
        let leverage = try Factor(vector.input.leverage)
        #expect(
            try total(of: positions, leverage: leverage).text
                == vector.expect.usedMarginExecuted)
        #expect(
            try total(of: positions + queued, leverage: leverage).text
                == vector.expect.usedMarginAll)
    }

    /// The sum over symbols, each priced as the rule for totals says: at the ask, crypto at the
    /// order's own price.
    private func total(
        of orders: [MoneyFixture.MarginCase.Order], leverage: Factor
    ) throws -> Money {
        var total = Money.zero
        for (symbol, orders) in Dictionary(grouping: orders, by: \.symbol) {
            let terms = try fixture.terms(symbol)
            let conversion = try #require(prices.conversion(for: terms.profitCurrency))
            let ask = try #require(prices[terms.symbol]).ask
            let lines = try orders.map { order in
                let quantity = try Quantity(order.quantity)
                let price = terms.type == .crypto ? try Price(order.price) : ask
                return MarginLine(
                    side: try Side(order.side), quantity: quantity,
                    margin: try MarginRules.orderMargin(
                        terms: terms, leverage: leverage, quantity: quantity, price: price,
                        conversion: conversion))
            }
            total = try total + MarginRules.symbolMargin(of: lines)
        }
        return total
    }
}
