import Testing

@testable import Shared

@Suite struct BookTests {
    @Test func anEntryComesBackFromItsText() throws {
        var random = Seeded(seed: 41)
        for _ in 0..<300 {
            let entry = BookEntry(try random.order())
            #expect(try BookEntry(entry.text) == entry)
        }
    }

    @Test func anEntryHoldsWhatMarginsAndProfitsNeed() throws {
        var order = try testOrder(.open)
        order.money.commissionEntry = 7
        #expect(
            BookEntry(order).text == "EURUSD|1|BUY|open|1|1.1|100000|USD|1|100|7|0")
    }

    @Test(
        arguments: [
            "", "EURUSD", "EURUSD|1|BUY|open|1|1.1|100000|USD|1|100|7",
            "EURUSD|1|BUY|open|1|1.1|100000|USD|1|100|7|0|9",
            "EURUSD|9|BUY|open|1|1.1|100000|USD|1|100|7|0",
            "EURUSD|1|UP|open|1|1.1|100000|USD|1|100|7|0",
            "EURUSD|1|BUY|ajar|1|1.1|100000|USD|1|100|7|0",
            "EURUSD|1|BUY|open|x|1.1|100000|USD|1|100|7|0",
            "EURUSD|1|BUY|open|1|1.1|100000|USD|1|100|7|",
        ])
    func aBrokenEntryIsRefused(_ text: String) {
        #expect(throws: (any Error).self) { try BookEntry(text) }
    }

    @Test func terminalOrdersLeaveTheBook() throws {
        for state in OrderState.allCases {
            var book = Book()
            book.set(try testOrder(.open))
            book.set(try testOrder(state))
            #expect(book.count == (state.isTerminal ? 0 : 1))
            #expect(try book.entries().map(\.state) == (state.isTerminal ? [] : [state]))
        }
    }

    @Test func aSymbolIsNotPartOfAnother() throws {
        let text = BookEntry(try testOrder(.open)).text
        let book = Book(records: [
            "1": text, "2": text.replacing("EURUSD", with: "EUR"),
            "3": text.replacing("EURUSD", with: "EURUSD.R"),
        ])
        for symbol in ["EUR", "EURUSD", "EURUSD.R"] {
            #expect(try book.entries(of: Symbol(symbol)).map(\.symbol.text) == [symbol])
        }
        #expect(try book.entries(of: Symbol("USD")).isEmpty)
        #expect(book.symbols == ["EUR", "EURUSD", "EURUSD.R"])
    }
}
