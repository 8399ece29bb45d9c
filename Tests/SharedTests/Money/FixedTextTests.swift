import Testing

@testable import Shared

@Suite("Decimal text") struct FixedTextTests {
    @Test(
        "plain decimals are read and printed",
        arguments: [
            ("0", 0, "0"), ("-0", 0, "0"), ("0.0", 0, "0"), ("1", 100_000_000, "1"),
            ("007.50", 750_000_000, "7.5"), ("1650.3", 165_030_000_000, "1650.3"),
            ("-0.5", -50_000_000, "-0.5"), ("0.00005", 5_000, "0.00005"),
            ("0.00000001", 1, "0.00000001"), ("-0.00000001", -1, "-0.00000001"),
            ("1.10000000", 110_000_000, "1.1"), ("100", 10_000_000_000, "100"),
            ("0000000000000000000000000000000000001", 100_000_000, "1"),
            ("92233720368.54775807", Int64.max, "92233720368.54775807"),
            ("-92233720368.54775807", -Int64.max, "-92233720368.54775807"),
        ])
    func plain(text: String, raw: Int64, printed: String) throws {
        let value = try Price(text)
        #expect(value.raw == raw)
        #expect(value.text == printed)
        #expect("\(value)" == printed)
        #expect(try Price(utf8: Array(text.utf8)) == value)
        // A collection without contiguous storage.
        #expect(try Price(utf8: text.utf8.reversed().reversed()) == value)
        #expect(try Price.rounded(text) == value)
    }

    @Test(
        "what is no number is refused",
        arguments: [
            "-", ".", "-.", ".5", "5.", "-5.", "--1", "+1", "1-", "1e5", "5e-05", "1E5", " 1", "1 ",
            "1 000", "1,000", "1,5", "1.2.3", "1..2", "0x10", "NaN", "inf", "١٢", "1\u{0}", "1\n",
            "½", "1.5x", "1.123456789x", "999999999999999999999x",
        ])
    func notANumber(text: String) {
        #expect(throws: NumberError.notANumber(text)) { try Money(text) }
        #expect(throws: NumberError.notANumber(text)) { try Money(utf8: Array(text.utf8)) }
        #expect(throws: NumberError.notANumber(text)) { try Money.rounded(text) }
        #expect(NumberError.notANumber(text).code == "not_a_number")
    }

    @Test("nothing is no number either")
    func empty() {
        #expect(throws: NumberError.empty) { try Money("") }
        #expect(throws: NumberError.empty) { try Money(utf8: []) }
        #expect(throws: NumberError.empty) { try Money.rounded("") }
    }

    @Test(
        "a ninth decimal is refused, be it zero",
        arguments: ["1.000000000", "0.123456789", "-0.000000001", "99999999999999.123456789"])
    func tooManyDecimals(text: String) {
        #expect(throws: NumberError.tooManyDecimals(text)) { try Quantity(text) }
        #expect(NumberError.tooManyDecimals(text).code == "too_many_decimals")
    }

    @Test(
        "beyond 64 bits is refused",
        arguments: [
            "92233720368.54775808", "-92233720368.54775808", "92233720369", "184467440737.1",
            "1844674407370955161600", "99999999999999999999999999999999",
        ])
    func outOfRange(text: String) {
        #expect(throws: NumberError.outOfRange(text)) { try Factor(text) }
        #expect(throws: NumberError.outOfRange(text)) { try Factor.rounded(text) }
        #expect(NumberError.outOfRange(text).code == "out_of_range")
    }

    @Test("an error quotes the head of a long text only")
    func longText() {
        let head = String(repeating: "x", count: 40)
        #expect(throws: NumberError.notANumber(head + "…")) {
            try Price(String(repeating: "x", count: 100_000))
        }
        #expect(NumberError.notANumber("x").description == "not_a_number 'x'")
    }

    @Test(
        "a statement's decimals are rounded half away from zero",
        arguments: [
            ("1650.3000000000002", "1650.3"), ("0.123456784", "0.12345678"),
            ("0.123456785", "0.12345679"), ("-0.123456785", "-0.12345679"),
            ("0.1234567849999999999", "0.12345678"), ("0.999999995", "1"),
            ("-0.999999995", "-1"), ("0.0000000049", "0"), ("-0.0000000049", "0"),
            ("0.0000000050", "0.00000001"), ("92233720368.547758074", "92233720368.54775807"),
        ])
    func rounded(text: String, expected: String) throws {
        #expect(try Price.rounded(text).text == expected)
    }

    @Test("rounding does not lead beyond the range")
    func roundedBeyond() {
        let text = "92233720368.547758075"
        #expect(throws: NumberError.outOfRange(text)) { try Price.rounded(text) }
    }

    @Test("text comes back as the value it was, over the whole range")
    func roundTrip() throws {
        var random = Seeded(seed: 1)
        for _ in 0..<50_000 {
            let value = Money(raw: random.raw())
            let text = value.text
            #expect(try Money(text) == value)
            #expect(try Money.rounded(text) == value)
            #expect(!text.contains(".") || text.last != "0")
        }
    }
}
