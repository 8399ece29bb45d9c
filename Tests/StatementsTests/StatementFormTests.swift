import Shared
import Testing

@testable import Statements

/// The many shapes in which the two exports come.
@Suite struct StatementFormTests {
    private static let positionsHeader =
        "Time;Type;Volume;Symbol;Price;Volume;Time;Price;Commission;Swap;Profit"
    private static let orderBookHeader =
        "Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment"
    private static let plainRow =
        "2026.07.29 22:01:49;Buy;0.01;XAUUSD;4114.74;4031.5;;"
        + "2026.07.29 22:15:01;4098.81;-0.16;;-15.93;"

    /// The same row in other dress: name, whole file.
    private static let dresses: [(String, String)] = [
        ("plain", "\(orderBookHeader)\n\(plainRow)\n"),
        ("no line end at the end", "\(orderBookHeader)\n\(plainRow)"),
        ("CRLF", "\(orderBookHeader)\r\n\(plainRow)\r\n"),
        ("byte order mark", "\u{FEFF}\(orderBookHeader)\n\(plainRow)\n"),
        ("blank lines at the end", "\(orderBookHeader)\n\(plainRow)\n\n  \r\n\n"),
        ("separators left out at the end", "\(orderBookHeader)\n\(plainRow.dropLast())\n"),
        ("quoted fields", "\(orderBookHeader)\n\(plainRow.quoted)\n"),
        ("padded fields", "\(orderBookHeader)\n\(plainRow.padded)\n"),
        ("grouped by space", file(plainRow.grouped(by: " "))),
        ("grouped by no-break space", file(plainRow.grouped(by: "\u{A0}"))),
        ("grouped by narrow no-break space", file(plainRow.grouped(by: "\u{202F}"))),
        ("small letters", file(plainRow.replacing("Buy", with: "buy"))),
        ("a leg of zero", file(plainRow.replacing(";;2026", with: ";0.00000;2026"))),
        ("trailing zeros", file(plainRow.replacing("4114.74", with: "4114.74000000000000"))),
    ]

    private static func file(_ row: String) -> String { "\(orderBookHeader)\n\(row)\n" }

    @Test(arguments: dresses) func oneRowInManyDresses(name: String, file: String) throws {
        let expected = RecordedPosition(
            openTime: 1_785_362_509_000, side: .buy, volume: try Quantity("0.01"),
            symbol: try Symbol("XAUUSD"), openPrice: try Price("4114.74"),
            stopLoss: try Price("4031.5"), takeProfit: nil, closeTime: 1_785_363_301_000,
            closePrice: try Price("4098.81"), commission: try Money("-0.16"), swap: nil,
            profit: try Money("-15.93"), comment: "")
        let rows = try StatementReader.read(Array(file.utf8)).rows
        #expect(rows == [StatementRow(number: 2, kind: .position(expected))])
    }

    @Test(arguments: [
        ("0.123456784999", "0.12345678"), ("0.123456785", "0.12345679"),
        ("-0.123456785", "-0.12345679"), ("-1.1400000000000001", "-1.14"),
        ("1 234 567.5", "1234567.5"), ("-1 234", "-1234"),
    ])
    func numbersAreRoundedHalfAwayFromZero(text: String, expected: String) throws {
        let file = "\(Self.positionsHeader)\n2026.08.31 17:52:22;Balance;;;;;;;;;\(text)\n"
        let balances = try StatementReader.read(Array(file.utf8)).balances
        #expect(balances.map(\.amount.text) == [expected])
    }

    @Test func aBalanceRowOfTheOrderBookKeepsItsComment() throws {
        let row = "2025.11.03 15:04:11;Balance;;;;;;;;;;1 000.00;\"Deposit; card \"\"7\"\"\""
        let balances = try StatementReader.read(Array(Self.file(row).utf8)).balances
        let expected = RecordedBalance(
            time: 1_762_182_251_000, amount: 1000, comment: "Deposit; card \"7\"")
        #expect(balances == [expected])
    }

    @Test(arguments: [
        ("Buy Stop", OrderType.buyStop), ("Sell Stop", .sellStop), ("Buy Limit", .buyLimit),
        ("Sell Limit", .sellLimit),
    ])
    func everyPendingType(text: String, type: OrderType) throws {
        let row =
            "2026.07.29 01:05:00;\(text);0.01;XAUUSD;4114.32;;;"
            + "2026.07.29 21:05:00;4067.01;;;;cancelled"
        let orders = try StatementReader.read(Array(Self.file(row).utf8)).pendingOrders
        #expect(orders.map(\.type) == [type])
    }

    @Test(arguments: [
        ("", CloseMessage.closed), ("[sl]", .stopLoss), ("[tp]", .takeProfit),
        ("grid 7[sl]", .stopLoss), ("[sl 4044.83]", .stopLoss), ("[tp 1.2]", .takeProfit),
        ("[sl] moved by hand", .closed), ("[slow]", .closed), ("so: 40%", .closed),
    ])
    func theCommentTellsTheCloseMessage(comment: String, message: CloseMessage) throws {
        let file = Self.file(Self.plainRow + comment)
        let positions = try StatementReader.read(Array(file.utf8)).positions(of: "XAUUSD")
        #expect(positions.map(\.position.closeMessage) == [message])
        #expect(positions.map(\.position.comment) == [comment])
    }

    @Test(arguments: [positionsHeader, orderBookHeader])
    func aFileWithoutRowsIsAnEmptyStatement(header: String) throws {
        #expect(try StatementReader.read(Array(header.utf8)).rows.isEmpty)
    }
}

extension String {
    fileprivate var quoted: String {
        split(separator: ";", omittingEmptySubsequences: false).map { "\"\($0)\"" }
            .joined(separator: ";")
    }

    fileprivate var padded: String {
        split(separator: ";", omittingEmptySubsequences: false).map { " \($0)\t" }
            .joined(separator: ";")
    }

    fileprivate func grouped(by mark: String) -> String {
        replacing("4114", with: "4\(mark)114").replacing("4031", with: "4\(mark)031")
            .replacing("4098", with: "4\(mark)098")
    }

    fileprivate func replacing(_ old: String, with new: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}
