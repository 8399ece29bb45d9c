import Shared
import Testing

@testable import Statements

/// The two real exports, read whole.
@Suite struct RecordedStatementTests {
    @Test func thePositionsFileHasEveryRowOnce() throws {
        let statement = try Recorded.positions.statement()
        #expect(statement.rows.map(\.number) == Array(2...43))
        #expect(statement.positions(of: "US30").count == 28)
        #expect(statement.positions(of: "NZDCAD").count == 11)
        #expect(statement.balances.count == 3)
        #expect(statement.pendingOrders.isEmpty)
    }

    @Test func thePositionsFileAddsUp() throws {
        let statement = try Recorded.positions.statement()
        let us30 = statement.positions(of: "US30").map(\.position)
        let nzdcad = statement.positions(of: "NZDCAD").map(\.position)
        #expect(try us30.map(\.profit).total() == "293.84")
        #expect(try nzdcad.map(\.profit).total() == "447.87")
        #expect(try (us30 + nzdcad).compactMap(\.swap).total() == "-38.45")
        #expect((us30 + nzdcad).allSatisfy { $0.commission == nil })
        #expect(try statement.balances.map(\.amount).total() == "-48.18")
    }

    @Test func theOrderBookHasEveryRowOnce() throws {
        let statement = try Recorded.orderBook.statement()
        #expect(statement.rows.map(\.number) == Array(2...40))
        let positions = statement.positions(of: "XAUUSD").map(\.position)
        #expect(positions.count == 11)
        #expect(statement.pendingOrders.filter { $0.type == .buyStop }.count == 15)
        #expect(statement.pendingOrders.filter { $0.type == .sellStop }.count == 13)
        #expect(statement.balances.isEmpty)
        #expect(positions.filter { $0.closeMessage == .stopLoss }.count == 6)
        #expect(positions.filter { $0.closeMessage == .takeProfit }.count == 2)
        #expect(positions.filter { $0.closeMessage == .closed }.count == 3)
        #expect(try positions.map(\.profit).total() == "-36.56")
        #expect(try positions.compactMap(\.commission).total() == "-1.76")
        #expect(positions.allSatisfy { $0.swap == nil })
    }

    @Test func aRowOfSixteenDecimalsIsRoundedToEight() throws {
        let position = try #require(try Recorded.positions.statement().row(42))
        let expected = RecordedPosition(
            openTime: 1_777_549_679_000, side: .buy, volume: try Quantity("1.06"),
            symbol: try Symbol("NZDCAD"), openPrice: try Price("0.79874226"), stopLoss: nil,
            takeProfit: nil, closeTime: 1_777_559_213_000, closePrice: try Price("0.80192774"),
            commission: nil, swap: nil, profit: try Money("247.3"), comment: "")
        #expect(position == StatementRow(number: 42, kind: .position(expected)))
    }

    @Test func aRowOfGroupedDigitsKeepsLegsAndComment() throws {
        let position = try #require(try Recorded.orderBook.statement().row(11))
        let expected = RecordedPosition(
            openTime: 1_785_243_462_000, side: .sell, volume: try Quantity("0.01"),
            symbol: try Symbol("XAUUSD"), openPrice: try Price("4024.43"),
            stopLoss: try Price("4044.83"), takeProfit: try Price("3900.63"),
            closeTime: 1_785_264_417_000, closePrice: try Price("4044.82"),
            commission: try Money("-0.16"), swap: nil, profit: try Money("-20.39"),
            comment: "[sl]")
        #expect(position == StatementRow(number: 11, kind: .position(expected)))
    }

    @Test func aPendingRowKeepsItsCancel() throws {
        let order = try #require(try Recorded.orderBook.statement().row(40))
        let expected = RecordedOrder(
            openTime: 1_783_009_801_000, type: .buyStop, volume: try Quantity("0.01"),
            symbol: try Symbol("XAUUSD"), price: try Price("4381.25"),
            stopLoss: try Price("4361.2"), takeProfit: try Price("4504.06"),
            cancelTime: 1_783_702_800_000, cancelPrice: try Price("4099.92"))
        #expect(order == StatementRow(number: 40, kind: .pending(expected)))
    }

    @Test(arguments: [0, 1, 44, -1]) func aLineWithoutRowHasNone(number: Int) throws {
        #expect(try Recorded.positions.statement().row(number) == nil)
    }

    @Test(arguments: [Recorded.positions, .orderBook])
    func chronologicalIsByTimeThenLaterLineFirst(file: Recorded) throws {
        let statement = try file.statement()
        let sorted = statement.chronological
        #expect(Set(sorted.map(\.number)) == Set(statement.rows.map(\.number)))
        for (earlier, later) in zip(sorted, sorted.dropFirst()) {
            let inOrder =
                earlier.openTime < later.openTime
                || earlier.openTime == later.openTime && earlier.number > later.number
            #expect(inOrder, "rows \(earlier.number) and \(later.number)")
        }
    }

    @Test func theOldestRowIsNotTheLastLine() throws {
        #expect(try Recorded.positions.statement().chronological.first?.number == 42)
    }
}
