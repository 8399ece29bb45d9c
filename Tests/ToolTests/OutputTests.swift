import Testing

@testable import Fleet

@Suite struct OutputTests {
    @Test func aTableIsAlignedForPeopleAndNamedForMachines() {
        var table = Table([.init("order_id"), .init("lots", numeric: true)])
        table.add(["12", .number("0.5")])
        table.add([.null, .number("10")])
        #expect(table.lines == ["order id  lots", "12         0.5", "-           10"])
        let json = #"[{"order_id":"12","lots":0.5},{"order_id":null,"lots":10}]"#
        #expect(table.json.text == json)
    }

    @Test func aReportSaysTheSameTwice() throws {
        var report = Report()
        report.line("orders: 3", "orders", .number("3"))
        report.line("for people")
        report.facts([.init("state", "open"), .init("id", "7")], under: "order")
        #expect(report.text(json: false) == "orders: 3\nfor people\norder:\nstate  open\nid     7")
        let json = JSONValue.object([
            .init("orders", .number("3")),
            .init("order", .object([.init("state", "open"), .init("id", "7")])),
        ])
        #expect(try JSONParser.parse(report.text(json: true)) == json)
        #expect(report.exitCode == 0)
        report.fail()
        #expect(report.exitCode == 1)
    }

    @Test(
        arguments: [
            (0, "1970-01-01 00:00:00.000"), (951_782_399_999, "2000-02-28 23:59:59.999"),
            (951_782_400_000, "2000-02-29 00:00:00.000"),
            (1_709_164_800_000, "2024-02-29 00:00:00.000"),
            (1_788_190_427_120, "2026-08-31 15:33:47.120"), (-1, "1969-12-31 23:59:59.999"),
        ] as [(Int64, String)])
    func timesAreDates(milliseconds: Int64, text: String) {
        #expect(Timestamp.text(milliseconds) == text)
    }

    @Test(arguments: [
        #"{"a":1,"b":[true,false,null],"c":{"d":"e"}}"#, "[]", "{}", #""text""#, "-0.5e10",
        #"["\"\\\n\t\u0001","ü€😀"]"#,
    ])
    func whatIsWrittenIsReadAgain(text: String) throws {
        let value = try JSONParser.parse(text)
        #expect(value.text == text)
        #expect(try JSONParser.parse(value.prettyText) == value)
    }

    @Test func escapesAreRead() throws {
        #expect(try JSONParser.parse(#""\u00e9\ud83d\ude00\/\b\f\r""#) == "é😀/\u{8}\u{C}\r")
    }

    @Test func aNumberKeepsItsText() throws {
        #expect(try JSONParser.parse("[0.10]") == .array([.number("0.10")]))
    }

    @Test(arguments: [
        "", "nul", "{", "[1,]", #"{"a":1,}"#, #"{"a" 1}"#, "{a:1}", #"{"a":1,"a":2}"#, "01", "1.",
        "-", "1e", "[1] 2", #""a"#, "\"a\nb\"", #""\x""#, #""\u12"#, #""\ud800""#, "'a'",
        String(repeating: "[", count: 100),
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test func anErrorNamesItsLine() {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse("{\n\"a\": 1,\n}") }
        #expect(error?.description == "line 3: a name in quotes is missing")
    }
}
