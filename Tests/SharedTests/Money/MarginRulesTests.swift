import Testing

@testable import Shared

@Suite("Margin") struct MarginRulesTests {
    typealias Case = (
        size: String, quantity: String, price: String, currency: String, leverage: String,
        type: String, factor: String, margin: String
    )

    @Test(
        "the reference's examples, without their binary dust",
        arguments: [
            ("100000", "1", "1.1", "USD", "100", "1", "", "1100"),
            ("100000", "0.5", "151.23", "JPY", "200", "1", "", "250"),
            ("100000", "2", "0.8560", "GBP", "100", "1", "", "2166.0224"),
            ("1", "0.25", "60000", "USD", "10", "4", "0.5", "750"),
            ("1", "0.25", "60000", "USD", "10", "4", "", "1500"),
            ("1", "0.25", "60000", "USD", "10", "1", "0.5", "1500"),
            ("100", "0.3", "2350.55", "USD", "500", "2", "", "141.033"),
        ] as [Case])
    func orderMargin(_ row: Case) throws {
        let prices = try testPrices([
            "USDJPY": ("151.2", "151.23"), "GBPUSD": ("1.265", "1.2652"),
        ])
        let terms = try testTerms([
            "contract_size": row.size, "profit": row.currency, "type": row.type,
            "crypto_margin_factor": row.factor,
        ])
        let margin = try MarginRules.orderMargin(
            terms: terms, leverage: Factor(row.leverage), quantity: Quantity(row.quantity),
            price: Price(row.price),
            conversion: #require(prices.conversion(for: terms.profitCurrency)))
        #expect(margin.text == row.margin)
    }

    @Test(
        "no leverage, no margin",
        arguments: [("0", NumberError.divisionByZero), ("-1", .outOfRange("-1"))])
    func leverage(text: String, error: NumberError) throws {
        let terms = try testTerms()
        #expect(throws: error) {
            try MarginRules.orderMargin(
                terms: terms, leverage: Factor(text), quantity: 1, price: 1, conversion: .identity)
        }
    }

    @Test("a margin or contract value beyond the range is an error")
    func overflow() throws {
        let terms = try testTerms()
        let most = Quantity(raw: .max)
        #expect(throws: NumberError.overflow) {
            try MarginRules.contractValue(terms: terms, quantity: most)
        }
        #expect(throws: NumberError.overflow) {
            try MarginRules.orderMargin(
                terms: terms, leverage: 1, quantity: most, price: 1, conversion: .identity)
        }
    }

    private func line(_ side: Side, _ quantity: String, _ margin: String) throws -> MarginLine {
        MarginLine(side: side, quantity: try Quantity(quantity), margin: try Money(margin))
    }

    @Test("a symbol pays its dearest lot for its larger side")
    func symbolMargin() throws {
        #expect(try MarginRules.symbolMargin(of: []) == 0)
        let hedge = [try line(.buy, "1", "1100"), try line(.sell, "0.4", "442")]
        #expect(try MarginRules.symbolMargin(of: hedge) == 1105)
        let larger = [try line(.buy, "3", "15"), try line(.sell, "2", "18")]
        #expect(try MarginRules.symbolMargin(of: larger) == 27)
        let sums = [
            try line(.sell, "1", "10"), try line(.buy, "0.6", "5"), try line(.sell, "0.5", "4"),
        ]
        #expect(try MarginRules.symbolMargin(of: sums) == 15)
    }

    @Test("the dearest lot is compared as a fraction and multiplied before it is rounded")
    func fractions() throws {
        // A third of 100: 33.33333333 a lot would give 99.99999999.
        let thirds = [try line(.buy, "3", "100"), try line(.sell, "3", "99.99999999")]
        #expect(try MarginRules.symbolMargin(of: thirds) == 100)
        #expect(try MarginRules.symbolMargin(of: thirds.reversed()) == 100)
    }

    @Test("the order of the orders does not matter, one alone pays its own margin")
    func properties() throws {
        var random = Seeded(seed: 6)
        for _ in 0..<2_000 {
            var lines = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                MarginLine(
                    side: Bool.random(using: &random) ? .buy : .sell,
                    quantity: Quantity(
                        raw: Int64.random(in: 1_000_000...10_000_000_000, using: &random)),
                    margin: Money(raw: Int64.random(in: 0...1_000_000_000_000, using: &random)))
            }
            let found = Result { try MarginRules.symbolMargin(of: lines) }
            lines.shuffle(using: &random)
            let again = Result { try MarginRules.symbolMargin(of: lines) }
            #expect(try found.get() == again.get())
            let alone = try MarginRules.symbolMargin(of: [lines[0]])
            #expect(alone == lines[0].margin)
            #expect(try found.get() >= alone)
        }
    }

    @Test("a line without lots is an error, never a division by zero", arguments: ["0", "-1"])
    func emptyLine(quantity: String) throws {
        let lines = [try line(.buy, "1", "1"), try line(.sell, quantity, "1")]
        #expect(throws: NumberError.outOfRange(quantity)) {
            try MarginRules.symbolMargin(of: lines)
        }
    }
}
