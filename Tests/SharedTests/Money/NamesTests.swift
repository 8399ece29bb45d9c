import Testing

@testable import Shared

@Suite("Names of the trade") struct NamesTests {
    @Test(
        "a symbol is kept in capitals",
        arguments: [
            ("EURUSD", "EURUSD"), ("eurusd", "EURUSD"), ("US30.cash", "US30.CASH"),
            ("#BTC-USD_X", "#BTC-USD_X"), ("A", "A"),
            ("ABCDEFGHIJKLMNOPQRST", "ABCDEFGHIJKLMNOPQRST"),
        ])
    func symbol(text: String, kept: String) throws {
        let symbol = try Symbol(text)
        #expect(symbol.text == kept)
        #expect("\(symbol)" == kept)
    }

    @Test(
        "a symbol that is none",
        arguments: [
            "", "ABCDEFGHIJKLMNOPQRSTU", "EUR USD", "EUR/USD", "EUR{USD}", "EUR:USD", "EUR*", "ÄB",
            "straße", "A\n", "A\u{0}", "日本",
        ])
    func badSymbol(text: String) {
        #expect(throws: NameError.symbol(text)) { try Symbol(text) }
        let error = NameError.symbol(text)
        #expect(error.code == "bad_symbol")
        #expect(error.description == "bad_symbol '\(text.prefix(40))': must be \(error.rule)")
    }

    @Test(
        "a currency",
        arguments: [("usd", "USD"), ("JPY", "JPY"), ("USDT", "USDT"), ("X1Y2Z3", "X1Y2Z3")])
    func currency(text: String, kept: String) throws {
        #expect(try Currency(text).text == kept)
    }

    @Test("a currency that is none", arguments: ["", "US", "USDUSDT", "U.S", "U D", "€UR"])
    func badCurrency(text: String) {
        #expect(throws: NameError.currency(text)) { try Currency(text) }
        #expect(NameError.currency(text).code == "bad_currency")
    }

    @Test("a side")
    func side() throws {
        #expect(try Side("BUY") == .buy)
        #expect(try Side("SELL") == .sell)
        #expect(Side.buy.text == "BUY" && Side.sell.text == "SELL")
        #expect(Side.allCases.map(\.opposite) == [.sell, .buy])
    }

    @Test("a side that is none", arguments: ["", "buy", "BUY_LIMIT", "1", "BUY "])
    func badSide(text: String) {
        #expect(throws: NameError.side(text)) { try Side(text) }
        #expect(NameError.side(text).code == "bad_side")
    }

    @Test("an instrument type is read from the number that it is written as")
    func instrumentType() throws {
        for type in InstrumentType.allCases {
            #expect(type.text == String(type.rawValue))
            #expect(try InstrumentType(type.text) == type)
        }
    }

    @Test("an instrument type that is none", arguments: ["", "0", "5", "01", "1.0", "forex", "-1"])
    func badInstrumentType(text: String) {
        #expect(throws: NameError.instrumentType(text)) { try InstrumentType(text) }
        #expect(NameError.instrumentType(text).code == "bad_instrument_type")
    }
}
