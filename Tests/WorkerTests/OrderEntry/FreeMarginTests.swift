import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("Free margin") struct FreeMarginTests {
    private func free(_ change: (inout EntryWorld) throws -> Void) throws -> String {
        let world = try EntryWorld(change)
        let account = try world.account()
        return try FreeMargin.of(
            account, portfolio: try #require(account.portfolio), at: try world.prices()
        ).text
    }

    @Test("without orders it is the balance")
    func empty() throws {
        #expect(try free { _ in } == "10000")
        #expect(try free { $0.balance = "-12.5" } == "-12.5")
    }

    @Test("a buy floats at the bid, a sell at the ask; both tie margin up at the ask")
    func positions() throws {
        // 10,000 − 1,100.2 + 100,000 × (1.1 − 1.0950)
        #expect(try free { $0.orders = [try $0.order(1, .open, price: "1.095")] } == "9399.8")
        // 10,000 − 1,100.2 + 100,000 × (1.0950 − 1.1002)
        #expect(
            try free { $0.orders = [try $0.order(1, .closing, side: .sell, price: "1.095")] }
                == "8379.8")
    }

    @Test("queued orders tie margin up but do not float; resting ones do neither")
    func waiting() throws {
        #expect(try free { $0.orders = [try $0.order(1, .queued, price: "1")] } == "8899.8")
        #expect(try free { $0.orders = [try $0.order(1, .pending, price: "1")] } == "10000")
    }

    @Test("entry commission lowers it, swap is added with its sign")
    func charges() throws {
        let free = try free {
            $0.orders = [
                try $0.order(1, .open, price: "1.1") {
                    $0.money.commissionEntry = 7
                    $0.money.swap = -3
                }
            ]
        }
        #expect(free == "8889.8")
    }

    @Test("a foreign profit is turned into dollars, at prices of any age")
    func foreign() throws {
        let free = try free {
            $0.orders = [try $0.order(1, .open, symbol: "USDJPY", price: "148.4")]
            $0.quotes["USDJPY"]?.age = 86_400_000
        }
        // Margin 100,000 × 150 ÷ 100 ÷ 150, profit 100,000 × 1.5 ÷ 150.
        #expect(free == "10000")
    }

    @Test("without a price or a rate a position has no floating profit, but its margin")
    func quiet() throws {
        var world = try EntryWorld { $0.orders = [try $0.order(1, .open, price: "1.0")] }
        let account = try world.account()
        world.quotes = [:]
        let free = try FreeMargin.of(
            account, portfolio: try #require(account.portfolio), at: try world.prices())
        #expect(free.text == "8899.8")
    }

    @Test(
        "a price that is not above zero is none",
        arguments: [("0", "0"), ("1.2", "0"), ("0", "1.2"), ("1.2", "-1"), ("-1", "1.2")])
    func priceless(bid: String, ask: String) throws {
        let position = try EntryWorld { $0.orders = [try $0.order(1, .open, price: "1.0")] }
        let account = try position.account()
        var world = position
        world.quotes["EURUSD"] = EntryWorld.Quote(bid: bid, ask: ask)
        let free = try FreeMargin.of(
            account, portfolio: try #require(account.portfolio), at: try world.prices())
        #expect(free.text == "8899.8", "no floating profit")
        // A margin that is priced now goes by the order's own price.
        let priced = try AccountMargin.price(
            account.book.entries(), at: try world.prices(), known: nil)
        let isPriced = try Price(ask).isPositive
        #expect(priced?.price == (isPriced ? try Price(ask) : nil))
        #expect(priced?.all == (isPriced ? 1_200 : 1_000))
    }

    @Test("beyond the range of money it is refused, not wrapped")
    func overflow() throws {
        let world = try EntryWorld {
            $0.balance = "92233720368"
            $0.orders = [try $0.order(1, .open) { $0.money.swap = 9_000_000_000 }]
        }
        let account = try world.account()
        #expect(throws: Refusal(.outOfRange, "free margin")) {
            try FreeMargin.of(
                account, portfolio: try #require(account.portfolio), at: try world.prices())
        }
    }

    @Test("what is read for it: each symbol of the book, and what turns its profit into dollars")
    func needs() throws {
        let world = try EntryWorld {
            $0.quotes["GBPUSD"] = EntryWorld.Quote(bid: "1.3", ask: "1.3002")
            $0.orders = [
                try $0.order(1, .open, symbol: "EURGBP", price: "0.85"), try $0.order(2, .open),
                try $0.order(3, .closing),
            ]
            $0.terms["USDJPY.X"] = $0.terms["USDJPY"]
        }
        let account = try world.account()
        let book = ["EURGBP", "EURUSD", "GBPUSD", "USDGBP"]
        let rows: [([String: String], [String])] = [
            (["command": "withdraw", "amount": "1"], book),
            (
                EntryWorld.place.with(["symbol": "USDJPY.X"]),
                book + ["JPYUSD", "USDJPY", "USDJPY.X"]
            ),
            (EntryWorld.place.with(["symbol": "EUR/USD"]), []),
            // No margin is checked, so the book does not matter.
            (
                EntryWorld.placePending.with(["symbol": "USDJPY.X"]),
                ["JPYUSD", "USDJPY", "USDJPY.X"]
            ),
            (EntryWorld.placePending.with(["symbol": "EUR/USD"]), []),
            (EntryWorld.close.with(["order_id": "1"]), ["EURGBP", "GBPUSD", "USDGBP"]),
            (EntryWorld.close, []), (["command": "deposit", "amount": "1"], []),
            (EntryWorld.create, []),
        ]
        for (fields, symbols) in rows {
            var asking = world
            asking.quotes = Dictionary(
                uniqueKeysWithValues: (book + ["JPYUSD", "USDJPY", "USDJPY.X", "BTCUSD"]).map {
                    ($0, EntryWorld.Quote(bid: "1", ask: "1"))
                })
            let read = try asking.context(for: try world.command(fields), on: account).prices
            let known = try asking.quotes.keys.filter { read[try Symbol($0)] != nil }
            #expect(known.sorted() == symbols.sorted(), "\(fields["command"] ?? "")")
        }
    }
}
