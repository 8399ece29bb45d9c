import Testing

@testable import Shared

@Suite("Instrument terms") struct InstrumentTermsTests {
    /// Every value another than any default, so that a field lost on the way shows.
    private static let full: [(name: String, value: String)] = [
        ("group", "VIP"), ("type", "4"), ("contract_size", "0.5"), ("profit", "JPY"),
        ("spread", "2.5"), ("spread_pip", "0.01"), ("commission_rate", "7.25"),
        ("commission_type", "2"), ("commission_value_type", "1"), ("crypto_margin_factor", "0.75"),
        ("min_lot", "0.01"), ("max_lot", "50"), ("lot_step", "0.05"),
    ]

    private func terms(_ fields: [(name: String, value: String)]) throws -> InstrumentTerms {
        try InstrumentTerms(symbol: Symbol("BTCJPY"), group: "VIP", fields: fields)
    }

    private func changed(_ name: String, to value: String?) -> [(name: String, value: String)] {
        Self.full.compactMap { field in
            guard field.name == name else { return field }
            return value.map { (name: name, value: $0) }
        }
    }

    @Test("what is read is what is written, field by field")
    func roundTrip() throws {
        let terms = try terms(Self.full)
        #expect(terms.fields.map(\.name) == Self.full.map(\.name))
        #expect(terms.fields.map(\.value) == Self.full.map(\.value))
        #expect(try self.terms(terms.fields) == terms)
    }

    @Test("each field lands where it belongs")
    func values() throws {
        let terms = try terms(Self.full)
        #expect(terms.symbol.text == "BTCJPY" && terms.group == "VIP" && terms.type == .crypto)
        #expect(try terms.contractSize == ContractSize("0.5"))
        #expect(terms.profitCurrency.text == "JPY")
        #expect(try terms.spread == Factor("2.5") && terms.spreadPip == Price("0.01"))
        #expect(try terms.commissionRate == Factor("7.25"))
        #expect(terms.commissionType == .exit && terms.commissionValueType == .percent)
        #expect(try terms.cryptoMarginFactor == Factor("0.75"))
        #expect(try terms.minLot == Quantity("0.01") && terms.maxLot == 50)
        #expect(try terms.lotStep == Quantity("0.05"))
        #expect(try terms.halfSpread == Price("0.0125"))
    }

    @Test("the reference's spellings are read, the right one first")
    func spellings() throws {
        let lots = testLots.map { (name: $0.key, value: $0.value) }
        let base =
            lots + [
                ("type", "1"), ("contract_size", "100"), ("profit", "usd"), ("spread", "0"),
                ("spread_pip", "1"),
            ]
        let misspelt = try terms(
            base + [("commision", "3"), ("commision_type", "1"), ("commision_value_type", "0")])
        #expect(misspelt.commissionRate == 3)
        #expect(misspelt.commissionType == .entry && misspelt.commissionValueType == .perLot)
        let both = try terms(
            base + [
                ("commision", "3"), ("commission", "4"), ("commission_rate", ""),
                ("commission_type", "0"), ("commision_type", "1"), ("commission_value_type", "1"),
            ])
        #expect(both.commissionRate == 4)
        #expect(both.commissionType == .both && both.commissionValueType == .percent)
        #expect(both.profitCurrency == .usd && both.cryptoMarginFactor == 1)
    }

    @Test(
        "no type of commission, or one that is none, charges nothing",
        arguments: [nil, "", "3", "9", "-1"])
    func withoutCommission(text: String?) throws {
        let typeless = try terms(changed("commission_type", to: text))
        #expect(typeless.commissionType == .none)
        #expect(try terms(typeless.fields) == typeless)
        let valueless = try terms(changed("commission_value_type", to: text))
        #expect(valueless.commissionValueType == .none)
        #expect(try terms(valueless.fields) == valueless)
    }

    @Test("without a charge there need be no rate, without a factor it is one")
    func defaults() throws {
        let bare = changed("commission_rate", to: nil).filter { $0.name != "commission_type" }
        #expect(try terms(bare).commissionRate == 0)
        #expect(try terms(changed("crypto_margin_factor", to: "")).cryptoMarginFactor == 1)
    }

    @Test(
        "a field that must be there",
        arguments: [
            "type", "contract_size", "profit", "spread", "spread_pip", "commission_rate", "min_lot",
            "max_lot", "lot_step",
        ], [nil, ""])
    func missing(name: String, value: String?) {
        let error = TermsError(field: name, reason: .missing, value: "")
        #expect(throws: error) { try terms(changed(name, to: value)) }
        #expect(error.code == "terms_missing")
        #expect(error.description == "terms_missing \(name) ''")
    }

    @Test("a group without a name")
    func nameless() {
        #expect(throws: TermsError(field: "group", reason: .missing, value: "")) {
            try InstrumentTerms(symbol: Symbol("BTCJPY"), group: "", fields: Self.full)
        }
    }

    typealias Wrong = (field: String, value: String, reason: TermsError.Reason, code: String)

    @Test(
        "a field that is wrong",
        arguments: [
            ("type", "5", .name(.instrumentType("5")), "bad_instrument_type"),
            ("profit", "$", .name(.currency("$")), "bad_currency"),
            ("contract_size", "0", .notPositive, "not_positive"),
            ("contract_size", "1e5", .number(.notANumber("1e5")), "not_a_number"),
            ("spread", "-1", .negative, "negative"),
            (
                "spread_pip", "0.000000001", .number(.tooManyDecimals("0.000000001")),
                "too_many_decimals"
            ),
            ("spread_pip", "-0.1", .negative, "negative"),
            ("commission_rate", "-7", .negative, "negative"),
            ("commission_type", "both", .number(.notANumber("both")), "not_a_number"),
            ("commission_value_type", "1.0", .number(.notANumber("1.0")), "not_a_number"),
            ("crypto_margin_factor", "0", .notPositive, "not_positive"),
            ("min_lot", "0", .notPositive, "not_positive"),
            ("min_lot", "50.1", .minimumAboveMaximum, "minimum_above_maximum"),
            ("max_lot", "-1", .notPositive, "not_positive"),
            (
                "max_lot", "99999999999", .number(.outOfRange("99999999999")), "out_of_range"
            ),
            ("lot_step", "0", .notPositive, "not_positive"),
        ] as [Wrong])
    func wrong(_ wrong: Wrong) {
        let error = TermsError(field: wrong.field, reason: wrong.reason, value: wrong.value)
        #expect(throws: error) { try terms(changed(wrong.field, to: wrong.value)) }
        #expect(error.code == wrong.code)
        #expect(error.description == "\(wrong.code) \(wrong.field) '\(wrong.value)'")
    }

    @Test("a half spread beyond the range is an error of the spread")
    func wideSpread() {
        let wide = changed("spread", to: "92233720368").map {
            $0.name == "spread_pip" ? (name: $0.name, value: "3") : $0
        }
        let error = TermsError(
            field: "spread", reason: .number(.overflow), value: "92233720368")
        #expect(throws: error) { try terms(wide) }
    }
}
