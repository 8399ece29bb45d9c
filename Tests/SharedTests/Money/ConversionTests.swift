import Testing

@testable import Shared

@Suite("Conversion to dollars") struct ConversionTests {
    @Test("dollars need no price and stay as they are", arguments: ["USD", "USDT", "usd"])
    func dollars(text: String) throws {
        let currency = try Currency(text)
        #expect(Conversion.pairs(for: currency).isEmpty)
        let conversion = try #require(Prices().conversion(for: currency))
        #expect(conversion == .identity)
        #expect(conversion.rate == 1 && conversion.pair == nil && !conversion.inverted)
        #expect(conversion.ageMilliseconds == 0)
        #expect(try conversion.toUSD(Money("12.34567891")) == Money("12.34567891"))
    }

    @Test("the pairs of a currency, direct first")
    func pairs() throws {
        #expect(Conversion.pairs(for: try Currency("GBP")).map(\.text) == ["GBPUSD", "USDGBP"])
        #expect(
            Conversion.pairs(for: try Currency("X1Y2Z3")).map(\.text) == ["X1Y2Z3USD", "USDX1Y2Z3"])
    }

    typealias Case = (
        currency: String, quotes: [String: (bid: String, ask: String)], amount: String,
        pair: String?, inverted: Bool, dollars: String?
    )

    @Test(
        "the ask of the direct pair, else of the inverse, else nothing",
        arguments: [
            ("JPY", ["USDJPY": ("151.2", "151.23")], "-12345", "USDJPY", true, "-81.63062884"),
            ("GBP", ["GBPUSD": ("1.265", "1.2652")], "250", "GBPUSD", false, "316.3"),
            ("CHF", ["GBPUSD": ("1.265", "1.2652")], "250", nil, false, nil),
            (
                "CAD", ["CADUSD": ("0.7", "0.8"), "USDCAD": ("1.3", "1.4")], "10", "CADUSD", false,
                "8"
            ),
            (
                "CAD", ["CADUSD": ("0.7", "0"), "USDCAD": ("1.3", "1.6")], "10", "USDCAD", true,
                "6.25"
            ),
            ("CAD", ["CADUSD": ("0.7", "0"), "USDCAD": ("1.3", "-1")], "10", nil, false, nil),
        ] as [Case])
    func foreign(_ row: Case) throws {
        let currency = try Currency(row.currency)
        let conversion = try testPrices(row.quotes).conversion(for: currency)
        #expect(conversion?.pair?.text == row.pair)
        #expect(conversion.map(\.inverted) == row.pair.map { _ in row.inverted })
        #expect(conversion.map(\.ageMilliseconds) == row.pair.map { _ in 5 })
        #expect(try conversion?.toUSD(Money(row.amount)).text == row.dollars)
    }

    @Test("an amount too large for dollars is an error")
    func overflow() throws {
        let prices = try testPrices(["GBPUSD": ("1", "2")])
        let conversion = try #require(prices.conversion(for: Currency("GBP")))
        #expect(throws: NumberError.overflow) { try conversion.toUSD(Money(raw: .max)) }
    }

    @Test("prices are kept by symbol")
    func prices() throws {
        let symbol = try Symbol("eurusd")
        var prices = try testPrices(["EURUSD": ("1.1", "1.1002")])
        #expect(try prices[symbol]?.ask == Price("1.1002"))
        prices[symbol] = nil
        #expect(prices == Prices())
    }
}
