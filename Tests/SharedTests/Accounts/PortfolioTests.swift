import Testing

@testable import Shared

@Suite struct PortfolioTests {
    private func margin(_ random: inout Seeded) throws -> SymbolMargin {
        let pair = try random.maybe { _ in try Symbol("USDJPY") }
        let conversion =
            pair.map {
                Conversion(
                    rate: random.fixed(), pair: $0, inverted: Bool.random(using: &random),
                    ageMilliseconds: 0)
            } ?? .identity
        return SymbolMargin(
            executed: random.fixed(), all: random.fixed(), price: random.maybe { $0.fixed() },
            conversion: conversion)
    }

    @Test func aMarginComesBackFromItsText() throws {
        var random = Seeded(seed: 31)
        for _ in 0..<300 {
            let margin = try margin(&random)
            #expect(try SymbolMargin(margin.text) == margin)
        }
    }

    @Test func aMarginSaysHowItWasPriced() throws {
        let usd = SymbolMargin(executed: 1, all: 2, price: nil, conversion: .identity)
        #expect(usd.text == "1 2 - -")
        for (inverted, text) in [(true, "1 2 1.5 /151.2@USDJPY"), (false, "1 2 1.5 *151.2@USDJPY")]
        {
            let conversion = Conversion(
                rate: try Price("151.2"), pair: try Symbol("USDJPY"), inverted: inverted,
                ageMilliseconds: 7)
            let margin = SymbolMargin(
                executed: 1, all: 2, price: try Price("1.5"), conversion: conversion)
            #expect(margin.text == text)
        }
    }

    @Test(
        arguments: [
            "", "1", "1 2 3", "1 2 - - -", "x 2 - -", "1 x - -", "1 2 x -", "1 2 - 151@USDJPY",
            "1 2 - *151", "1 2 - *x@USDJPY", "1 2 - *1@", "1 2 - *1@?",
        ])
    func aBrokenMarginIsRefused(_ text: String) {
        #expect(throws: (any Error).self) { try SymbolMargin(text) }
    }

    @Test func totalsComeBackFromTheHash() throws {
        var random = Seeded(seed: 32)
        for _ in 0..<100 {
            var portfolio = Portfolio(
                version: random.raw(), token: OrdersToken(event: EventID(text: "e"), random: 7),
                balance: random.fixed())
            for symbol in ["EURUSD", "XAUUSD"] {
                portfolio.margins[try Symbol(symbol)] = SymbolMargin(
                    executed: Money(raw: random.raw(bits: 40)),
                    all: Money(raw: random.raw(bits: 40)), price: nil, conversion: .identity)
            }
            portfolio.parked = random.maybe { _ in "fork" }
            var fields = try portfolio.fields()
            fields["parked"] = portfolio.parked
            fields["equity"] = "somebody else's"
            #expect(try Portfolio(fields) == portfolio)
        }
    }

    @Test func totalsAreTheSumsOfTheSymbols() throws {
        var portfolio = Portfolio(version: 1, token: OrdersToken(text: "t"), balance: 5)
        portfolio.margins[try Symbol("A")] = try SymbolMargin("1.5 2 - -")
        portfolio.margins[try Symbol("B")] = try SymbolMargin("10 10.25 - -")
        let fields = try portfolio.fields()
        #expect(fields["used_margin_executed"] == "11.5")
        #expect(fields["used_margin"] == "11.5")
        #expect(fields["used_margin_all"] == "12.25")
        #expect(fields["m:A"] == "1.5 2 - -")
        #expect(fields["orders_version"] == "1")
    }

    @Test func anAccountThatDoesNotExistHasNone() throws {
        #expect(try Portfolio(Fields()) == nil)
        #expect(try Portfolio(Fields(["equity": "1"])) == nil)
    }

    @Test(
        arguments: [
            ("orders_version", "x"), ("balance", "1,5"), ("m:EURUSD", "1 2"), ("m:?", "1 2 - -"),
        ])
    func whatCannotBeReadIsNamed(_ name: String, _ text: String) {
        var fields = Fields(["orders_version": "1", "orders_token": "t", "balance": "1"])
        fields[name] = text
        #expect {
            try Portfolio(fields)
        } throws: { ($0 as? FieldError)?.field == name }
    }

    @Test func twoDecisionsNeverMakeTheSameToken() {
        let event = EventID(text: "a/b")
        #expect(OrdersToken(event: event, random: 255).text == "a/b~ff")
        #expect(OrdersToken(event: event, random: 1) != OrdersToken(event: event, random: 2))
    }
}
