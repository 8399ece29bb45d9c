import Shared
import Testing

@testable import Statements

/// A statement as its client lived it.
@Suite struct TimelineTests {
    private static let header =
        "Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment"

    @Test(arguments: [(Recorded.positions, 2 * 39 + 3), (.orderBook, 2 * 39)])
    func everyRowBeginsAndEndsOnceInOrderOfTime(file: Recorded, count: Int) throws {
        let statement = try file.statement()
        let actions = Timeline(statement).actions
        #expect(actions.count == count)
        #expect(actions.map(\.time) == actions.map(\.time).sorted())
        var begun: Set<Int> = []
        var ended: Set<Int> = []
        for action in actions {
            switch action.action {
            case .open, .placePending: #expect(begun.insert(action.row).inserted)
            case .close, .cancel:
                #expect(begun.contains(action.row))
                #expect(ended.insert(action.row).inserted)
            case .deposit, .withdraw:
                #expect(begun.insert(action.row).inserted)
                #expect(ended.insert(action.row).inserted)
            }
        }
        #expect(begun == Set(statement.rows.map(\.number)))
        #expect(ended == begun)
    }

    @Test func thePositionsFileBeginsWithItsOldestPositionAndEndsWithAWithdrawal() throws {
        let actions = Timeline(try Recorded.positions.statement()).actions
        #expect(actions.prefix(3).map(\.row) == [42, 42, 43])
        let last = try #require(actions.last)
        let amount = try Money("25.63")
        #expect(last == TimedAction(time: 1_788_198_742_000, row: 2, action: .withdraw(amount)))
    }

    @Test func actionsOfOneSecondKeepMarginValid() throws {
        // Line by line: what happens at 12:00:00, written in the worst order.
        let file = """
            \(Self.header)
            2026.01.01 12:00:00;Buy;1;EURUSD;1.1;;;2026.01.01 12:00:00;1.2;;;10;
            2026.01.01 12:00:00;Buy;1;EURUSD;1.1;;;2026.01.01 13:00:00;1.2;;;10;
            2026.01.01 12:00:00;Buy Stop;1;EURUSD;1.3;;;2026.01.01 13:00:00;1.2;;;;cancelled
            2026.01.01 12:00:00;Balance;;;;;;;;;;-5;
            2026.01.01 11:00:00;Sell Limit;1;EURUSD;1.3;;;2026.01.01 12:00:00;1.2;;;;cancelled
            2026.01.01 11:00:00;Buy;1;EURUSD;1.1;;;2026.01.01 12:00:00;1.2;;;10;
            2026.01.01 12:00:00;Balance;;;;;;;;;;100;
            """
        let actions = Timeline(try StatementReader.read(Array(file.utf8))).actions
        #expect(
            actions.map { "\($0.row) \($0.action.word)" } == [
                "7 open", "6 place", "8 deposit", "7 close", "6 cancel", "5 withdraw", "4 place",
                "3 open", "2 open", "2 close", "4 cancel", "3 close",
            ])
    }

    @Test func actionsKnowTheMarketThatTheyWereRecordedAt() throws {
        let book = Timeline(try Recorded.orderBook.statement()).actions
        let placed = try #require(book.first { $0.row == 40 })
        #expect(placed.action.recordedPrice == nil)
        let cancelled = try #require(book.last { $0.row == 40 }?.action.recordedPrice)
        #expect(cancelled.symbol.text == "XAUUSD")
        #expect(cancelled.price.text == "4099.92")
        let positions = Timeline(try Recorded.positions.statement()).actions.filter { $0.row == 42 }
        #expect(
            positions.map(\.action.recordedPrice?.price.text) == ["0.79874226", "0.80192774"])
    }
}

extension StatementAction {
    fileprivate var word: String {
        switch self {
        case .deposit: "deposit"
        case .withdraw: "withdraw"
        case .open: "open"
        case .close: "close"
        case .placePending: "place"
        case .cancel: "cancel"
        }
    }
}
