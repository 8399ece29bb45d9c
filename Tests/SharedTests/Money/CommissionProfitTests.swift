import Testing

@testable import Shared

@Suite("Commission") struct CommissionRulesTests {
    private func terms(
        type: String, value: String, rate: String, currency: String = "USD"
    ) throws -> InstrumentTerms {
        try testTerms([
            "commission_type": type, "commission_value_type": value, "commission_rate": rate,
            "profit": currency,
        ])
    }

    @Test(
        "the matrix of types: 1.5 lots of 100,000, in at 1.1002, out at 1.1047",
        arguments: [
            ("0", "0", "10.5", "10.5"), ("0", "1", "4.95", "4.97"), ("0", "2", "0", "0"),
            ("1", "0", "10.5", "0"), ("1", "1", "4.95", "0"), ("1", "", "0", "0"),
            ("2", "0", "0", "10.5"), ("2", "1", "0", "4.97"), ("2", "9", "0", "0"),
            ("3", "0", "0", "0"), ("3", "1", "0", "0"), ("", "0", "0", "0"),
        ])
    func matrix(type: String, value: String, entry: String, exit: String) throws {
        let terms = try terms(type: type, value: value, rate: value == "1" ? "0.003" : "7")
        let quantity = try Quantity("1.5")
        #expect(
            try CommissionRules.entry(
                terms: terms, quantity: quantity, price: Price("1.1002"), conversion: nil
            ).text == entry)
        #expect(
            try CommissionRules.exit(
                terms: terms, quantity: quantity, price: Price("1.1047"), conversion: nil
            ).text == exit)
    }

    @Test("a percentage of foreign money is converted, or waits for a rate")
    func foreign() throws {
        let terms = try terms(type: "0", value: "1", rate: "0.01", currency: "JPY")
        let prices = try testPrices(["USDJPY": ("149.9", "150")])
        let conversion = prices.conversion(for: terms.profitCurrency)
        // 0.01 % of 15,000,000 yen is 1,500 yen.
        #expect(
            try CommissionRules.entry(terms: terms, quantity: 1, price: 150, conversion: conversion)
                .text == "10")
        #expect(
            try CommissionRules.exit(terms: terms, quantity: 1, price: 300, conversion: conversion)
                .text == "20")
        #expect(throws: NumberError.noRate(terms.profitCurrency)) {
            try CommissionRules.entry(terms: terms, quantity: 1, price: 150, conversion: nil)
        }
        #expect(throws: NumberError.noRate(terms.profitCurrency)) {
            try CommissionRules.exit(terms: terms, quantity: 1, price: 150, conversion: nil)
        }
        #expect(NumberError.noRate(terms.profitCurrency).description == "no_rate JPY")
    }

    @Test("only a percentage to be paid in foreign money needs a rate")
    func needsConversion() throws {
        for type in CommissionType.allCases {
            for value in CommissionValueType.allCases {
                for (currency, rate) in [("JPY", "1"), ("USD", "1"), ("JPY", "0")] {
                    let terms = try terms(
                        type: "\(type.rawValue)", value: "\(value.rawValue)", rate: rate,
                        currency: currency)
                    for moment in CommissionMoment.allCases {
                        let due =
                            moment == .entry ? [.both, .entry] : [CommissionType.both, .exit]
                        let needed =
                            due.contains(type) && value == .percent && currency == "JPY"
                            && rate == "1"
                        #expect(CommissionRules.needsConversion(terms, at: moment) == needed)
                    }
                }
            }
        }
    }

    @Test("half a cent goes away from zero, and nothing is rounded before")
    func rounding() throws {
        let perLot = try terms(type: "0", value: "0", rate: "0.5")
        #expect(
            try CommissionRules.entry(
                terms: perLot, quantity: Quantity("0.01"), price: 1, conversion: nil
            ).text == "0.01")
        let percent = try terms(type: "0", value: "1", rate: "0.00000001")
        #expect(
            try CommissionRules.exit(
                terms: percent, quantity: Quantity("0.01"), price: Price("49999.99999999"),
                conversion: nil
            ).text == "0")
        #expect(
            try CommissionRules.exit(
                terms: percent, quantity: Quantity("0.01"), price: 50_000, conversion: nil
            ).text == "0.01")
    }
}

@Suite("Profit") struct ProfitRulesTests {
    @Test("a close books cents, an open position floats to eight places")
    func floating() throws {
        let terms = try testTerms(["profit": "JPY", "spread_pip": "0.01"])
        let prices = try testPrices(["USDJPY": ("151.2", "151.23")])
        let conversion = try #require(prices.conversion(for: terms.profitCurrency))
        let market = MarketPrice(bid: 150, ask: try Price("150.41"), ageMilliseconds: 0)
        let entry = try Price("151.17")
        let sold = try ProfitRules.floating(
            terms: terms, side: .sell, quantity: Quantity("0.5"), entry: entry, market: market,
            conversion: conversion)
        #expect(sold.text == "251.27289559")
        let bought = try ProfitRules.floating(
            terms: terms, side: .buy, quantity: Quantity("0.5"), entry: entry, market: market,
            conversion: conversion)
        #expect(bought.text == "-386.82801032")
        let closed = try ProfitRules.close(
            terms: terms, side: .sell, quantity: Quantity("0.5"), entry: entry, close: market.ask,
            conversion: conversion)
        #expect(closed.text == "251.27")
    }

    @Test("what one side wins the other loses, to the cent")
    func zeroSum() throws {
        let terms = try testTerms(["contract_size": "1"])
        var random = Seeded(seed: 7)
        for _ in 0..<5_000 {
            let (entry, close) = (
                Price(raw: random.raw(bits: 45)), Price(raw: random.raw(bits: 45))
            )
            let quantity = Quantity(raw: random.raw(bits: 30))
            let results = try Side.allCases.map {
                try ProfitRules.close(
                    terms: terms, side: $0, quantity: quantity, entry: entry, close: close,
                    conversion: .identity)
            }
            #expect(results[0] == -results[1])
        }
    }

    @Test("the parts of a net profit are cents and add up")
    func parts() throws {
        var random = Seeded(seed: 8)
        for _ in 0..<5_000 {
            let parts = (0..<4).map { _ in Money(raw: random.raw(bits: 55)) }
            let booked = try NetProfit(
                profit: parts[0], commissionEntry: parts[1], commissionExit: parts[2],
                swap: parts[3])
            let cents = [booked.profit, booked.commissionEntry, booked.commissionExit, booked.swap]
            for part in cents + [booked.net] { #expect(part.raw.isMultiple(of: 1_000_000)) }
            #expect(try cents == parts.map { try $0.cents() })
            #expect(booked.net.raw == cents[0].raw - cents[1].raw - cents[2].raw + cents[3].raw)
        }
    }

    @Test("a profit beyond the range is an error")
    func overflow() throws {
        let terms = try testTerms()
        #expect(throws: NumberError.overflow) {
            try ProfitRules.close(
                terms: terms, side: .buy, quantity: 1, entry: 0, close: Price(raw: .max),
                conversion: .identity)
        }
    }
}
