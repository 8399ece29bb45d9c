import FoundationEssentials
import Testing

@testable import Shared

/// `Tests/Fixtures/vectors/money.json`: instruments, market, and what must come of them.
struct MoneyFixture: Decodable {
    struct Market: Decodable {
        let bid: String
        let ask: String
    }
    struct Setting: Decodable {
        let instruments: [String: [String: String?]]
        let market: [String: Market]
    }
    struct OpenCase: Decodable, Sendable, CustomTestStringConvertible {
        struct Input: Decodable {
            let symbol, side, quantity, avgpx, leverage: String
        }
        struct Expect: Decodable {
            let orderPrice, margin, contractValue, halfSpread, commissionEntry: String
        }
        let name: String
        let input: Input
        let expect: Expect
        var testDescription: String { name }
    }
    struct CloseCase: Decodable, Sendable, CustomTestStringConvertible {
        struct Input: Decodable {
            let symbol, side, quantity, entryPrice, avgpx, commissionEntry, swap: String
        }
        struct Expect: Decodable {
            let closePrice, profit, commissionExit, swap, netProfit: String
        }
        let name: String
        let input: Input
        let expect: Expect
        var testDescription: String { name }
    }
    struct MarginCase: Decodable, Sendable, CustomTestStringConvertible {
        struct Order: Decodable {
            let state, symbol, side, quantity, price: String
        }
        struct Input: Decodable {
            let leverage: String
            let orders: [Order]
        }
        struct Expect: Decodable {
            let usedMarginExecuted, usedMarginAll: String
        }
        let name: String
        let input: Input
        let expect: Expect
        var testDescription: String { name }
    }

    let fixture: Setting
    let open: [OpenCase]
    let close: [CloseCase]
    let margin: [MarginCase]

    static let shared = Result { try load() }

    private static func load() throws -> MoneyFixture {
        var path = #filePath.split(separator: "/").dropLast(3)
        path += ["Fixtures", "vectors", "money.json"]
        let data = try Data(contentsOf: URL(filePath: "/" + path.joined(separator: "/")))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(MoneyFixture.self, from: data)
    }

    func terms(_ symbol: String) throws -> InstrumentTerms {
        var fields = testLots
        for (name, value) in try #require(fixture.instruments[symbol]) { fields[name] = value }
        return try InstrumentTerms(symbol: Symbol(symbol), group: "VIP") { fields[$0] }
    }

    func prices() throws -> Prices {
        try testPrices(fixture.market.mapValues { ($0.bid, $0.ask) })
    }
}

/// Lots that a test of prices or margins does not care for.
let testLots = ["min_lot": "0.01", "max_lot": "1000", "lot_step": "0.01"]

/// Terms of a test, in dollars and free of commission unless it says otherwise.
func testTerms(_ changes: [String: String] = [:]) throws -> InstrumentTerms {
    var fields = testLots
    fields.merge([
        "type": "1", "contract_size": "100000", "profit": "USD", "spread": "2",
        "spread_pip": "0.0001",
    ]) { _, new in new }
    fields.merge(changes) { _, new in new }
    return try InstrumentTerms(symbol: Symbol("EURUSD"), group: "VIP") { fields[$0] }
}

/// Prices of a test by symbol: bid, ask.
func testPrices(_ quotes: [String: (bid: String, ask: String)]) throws -> Prices {
    var prices = Prices()
    for (symbol, quote) in quotes {
        prices[try Symbol(symbol)] = MarketPrice(
            bid: try Price(quote.bid), ask: try Price(quote.ask), ageMilliseconds: 5)
    }
    return prices
}
