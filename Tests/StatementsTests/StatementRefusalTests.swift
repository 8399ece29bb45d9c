import Shared
import Testing

@testable import Statements

/// Every bad input has its own answer, which names the row, the column and the rule.
@Suite struct StatementRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let error: StatementError

        var testDescription: String { "\(error)" }
    }

    private static let header =
        "Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment"
    private static let opening = "2026.07.29 22:01:49"
    private static let closing = "2026.07.29 22:15:01"
    private static let good = [
        opening, "Buy", "0.01", "XAUUSD", "4114.74", "4031.5", "4128.52", closing, "4098.81",
        "-0.16", "", "-15.93", "",
    ]
    private static let pending = [
        opening, "Buy Stop", "0.01", "XAUUSD", "4114.74", "", "", closing, "4098.81", "", "", "",
        "cancelled",
    ]
    private static let balance =
        [opening, "Balance"] + [String](repeating: "", count: 9) + ["5", ""]

    /// A good file whose second row has `text` instead of what stands in the field.
    private static func row(
        _ fields: [String], _ field: Int, _ text: String, _ column: StatementColumn?,
        _ rule: StatementError.Rule
    ) -> Case {
        var bad = fields
        bad[field] = text
        let rows = [good.joined(separator: ";"), bad.joined(separator: ";")]
        return Case(
            file: "\(header)\n\(rows.joined(separator: "\n"))\n",
            error: StatementError(row: 3, column: column, rule: rule))
    }

    private static func file(
        _ text: String, row: Int, _ rule: StatementError.Rule
    ) -> Case {
        Case(file: text, error: StatementError(row: row, column: nil, rule: rule))
    }

    private static let files: [Case] = [
        file("", row: 1, .empty),
        file("\n\r\n", row: 1, .empty),
        file(header.replacingFirst("Swap", "Storage"), row: 1, .unknownColumn("Storage")),
        file(header + ";Time", row: 1, .repeatedColumn("Time")),
        file(header + ";Comment", row: 1, .repeatedColumn("Comment")),
        file(header.replacingFirst("Time;", ""), row: 1, .missingColumn(.closeTime)),
        file(header.replacingFirst(";Profit", ""), row: 1, .missingColumn(.profit)),
        file("Time,Type,Volume", row: 1, .unknownColumn("Time,Type,Volume")),
        file("\(header)\n\n\(good.joined(separator: ";"))", row: 2, .blankRow),
        file(
            "\(header)\n\(good.joined(separator: ";"));", row: 2, .tooManyFields(14, expected: 13)),
        file("\(header)\n\"\(opening);Buy", row: 2, .unclosedQuote),
        file("\(header)\n\"\(opening)\"x;Buy", row: 2, .textAfterQuote),
    ]

    private static let types: [Case] = [
        row(good, 1, "", .type, .missing),
        row(good, 1, "Credit", .type, .unknownType("Credit")),
        row(good, 1, "Buy Stop Limit", .type, .unknownType("Buy Stop Limit")),
        row(pending, 12, "expired", .comment, .notCancelled("expired")),
        row(pending, 12, "", .comment, .notCancelled("")),
    ]

    private static let times: [Case] = [
        row(good, 0, "", .openTime, .missing),
        row(good, 7, "", .closeTime, .missing),
        row(good, 0, "2026-07-29 22:01:49", .openTime, .time("2026-07-29 22:01:49", .shape)),
        row(good, 0, "2026.07.29 22:01", .openTime, .time("2026.07.29 22:01", .shape)),
        row(good, 0, "2026.07.2x 22:01:49", .openTime, .time("2026.07.2x 22:01:49", .shape)),
        row(good, 0, "1969.12.31 23:59:59", .openTime, .time("1969.12.31 23:59:59", .year)),
        row(good, 0, "2026.13.01 00:00:00", .openTime, .time("2026.13.01 00:00:00", .month)),
        row(good, 0, "2026.00.01 00:00:00", .openTime, .time("2026.00.01 00:00:00", .month)),
        row(good, 0, "2026.02.29 00:00:00", .openTime, .time("2026.02.29 00:00:00", .day)),
        row(good, 0, "2100.02.29 00:00:00", .openTime, .time("2100.02.29 00:00:00", .day)),
        row(good, 0, "2026.06.31 00:00:00", .openTime, .time("2026.06.31 00:00:00", .day)),
        row(good, 0, "2026.06.00 00:00:00", .openTime, .time("2026.06.00 00:00:00", .day)),
        row(good, 0, "2026.06.30 24:00:00", .openTime, .time("2026.06.30 24:00:00", .hour)),
        row(good, 0, "2026.06.30 23:60:00", .openTime, .time("2026.06.30 23:60:00", .minute)),
        row(good, 0, "2026.06.30 23:59:60", .openTime, .time("2026.06.30 23:59:60", .second)),
        row(
            good, 7, opening.replacingFirst("49", "48"), .closeTime,
            .closesBeforeOpening("2026.07.29 22:01:48")),
        row(
            pending, 7, opening.replacingFirst("49", "48"), .closeTime,
            .closesBeforeOpening("2026.07.29 22:01:48")),
    ]

    private static let numbers: [Case] = [
        row(good, 2, "", .volume, .missing),
        row(good, 4, "", .openPrice, .missing),
        row(good, 8, "", .closePrice, .missing),
        row(good, 11, "", .profit, .missing),
        row(balance, 11, "", .profit, .missing),
        row(balance, 11, "0.00", .profit, .zero),
        row(good, 2, "0", .volume, .notPositive("0")),
        row(good, 2, "-0.01", .volume, .notPositive("-0.01")),
        row(good, 4, "0.000000001", .openPrice, .notPositive("0.000000001")),
        row(good, 8, "-1", .closePrice, .notPositive("-1")),
        row(good, 5, "-1", .stopLoss, .notPositive("-1")),
        row(good, 6, "-1", .takeProfit, .notPositive("-1")),
        row(good, 11, "5e-05", .profit, .number("5e-05", .notANumber("5e-05"))),
        row(good, 11, "1,5", .profit, .number("1,5", .notANumber("1,5"))),
        row(good, 11, "1.2.3", .profit, .number("1.2.3", .notANumber("1.2.3"))),
        row(good, 9, "-", .commission, .number("-", .notANumber("-"))),
        row(good, 10, "nan", .swap, .number("nan", .notANumber("nan"))),
        row(good, 11, "92233720369", .profit, .number("92233720369", .outOfRange("92233720369"))),
        row(good, 4, "41 14.74", .openPrice, .grouping("41 14.74")),
        row(good, 4, "4 1145.74", .openPrice, .grouping("4 1145.74")),
        row(good, 4, "4114 740.5", .openPrice, .grouping("4114 740.5")),
        row(good, 4, "4114.7 4", .openPrice, .grouping("4114.7 4")),
        row(good, 4, "4  114.74", .openPrice, .grouping("4  114.74")),
        row(good, 11, "- 15", .profit, .grouping("- 15")),
    ]

    private static let contents: [Case] = [
        row(good, 3, "", .symbol, .missing),
        row(good, 3, "XAU USD", .symbol, .symbol(.symbol("XAU USD"))),
        row(good, 3, "XAU{USD}", .symbol, .symbol(.symbol("XAU{USD}"))),
        row(balance, 2, "1", .volume, .mustBeEmpty("1")),
        row(balance, 3, "XAUUSD", .symbol, .mustBeEmpty("XAUUSD")),
        row(balance, 4, "1", .openPrice, .mustBeEmpty("1")),
        row(balance, 7, closing, .closeTime, .mustBeEmpty(closing)),
        row(balance, 8, "1", .closePrice, .mustBeEmpty("1")),
        row(balance, 9, "-1", .commission, .mustBeEmpty("-1")),
        row(balance, 10, "-1", .swap, .mustBeEmpty("-1")),
        row(pending, 9, "-1", .commission, .mustBeEmpty("-1")),
        row(pending, 10, "-1", .swap, .mustBeEmpty("-1")),
        row(pending, 11, "-1", .profit, .mustBeEmpty("-1")),
    ]

    @Test(arguments: files + types + times + numbers + contents)
    func badInputIsRefused(bad: Case) throws {
        #expect(throws: bad.error) { try StatementReader.read(Array(bad.file.utf8)) }
    }

    @Test func theRowsThatTheCasesSpoilAreGood() throws {
        let rows = [Self.good, Self.pending, Self.balance].map { $0.joined(separator: ";") }
        let file = "\(Self.header)\n\(rows.joined(separator: "\n"))"
        #expect(try StatementReader.read(Array(file.utf8)).rows.count == 3)
    }

    @Test(arguments: [
        ("0.01", "0.02", StatementError.Rule.closedInPart("0.02")), ("0.01", "", .missing),
        ("0.01", "x", .number("x", .notANumber("x"))),
    ])
    func aPositionIsClosedWhole(opened: String, closed: String, rule: StatementError.Rule) throws {
        let file = """
            Time;Type;Volume;Symbol;Price;Volume;Time;Price;Commission;Swap;Profit
            \(Self.opening);Buy;\(opened);US30;53067.55;\(closed);\(Self.closing);53175.3;;;4.31
            """
        let error = StatementError(row: 2, column: .closedVolume, rule: rule)
        #expect(throws: error) { try StatementReader.read(Array(file.utf8)) }
    }

    @Test func textThatIsNotUTF8IsRefused() throws {
        let file = Array("\(Self.header)\n\(Self.opening);Buy;0.01;XAUUSD;4".utf8) + [0xA0]
        let error = StatementError(row: 2, column: nil, rule: .notUTF8)
        #expect(throws: error) { try StatementReader.read(file) }
    }

    @Test func anErrorReadsAsOneLine() {
        let error = StatementError(
            row: 7, column: .closePrice, rule: .number("1,5", .notANumber("1,5")))
        #expect("\(error)" == "row 7, Price (closing): '1,5' is not a number: not_a_number '1,5'")
        #expect(error.name == "number")
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, _ new: String) -> String {
        guard let start = firstRange(of: old) else { return self }
        return String(self[..<start.lowerBound] + new + self[start.upperBound...])
    }

    private func firstRange(of text: String) -> Range<String.Index>? {
        indices.lazy.filter { self[$0...].hasPrefix(text) }.first.map {
            $0..<index($0, offsetBy: text.count)
        }
    }
}
