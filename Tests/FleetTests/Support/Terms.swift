import RedisDriver
import Shared

/// What the tests trade. Prices stand still, so that what an order earns is known to the cent.
enum Terms {
    static let symbols = ["EURUSD", "GBPUSD"]
    /// As the market says them all through a test.
    static let bid = "1.1"
    static let ask = "1.1001"
    /// Of one order of 0.01 lots, bought or sold, cents: (1.0999 − 1.1002) × 1,000 and twice 0.07.
    static let profitCents: Int64 = -30
    static let commissionCents: Int64 = 14

    static let json = """
        {"STANDARD": {
          "EURUSD": \(instrument), "GBPUSD": \(instrument)
        }}
        """

    private static let instrument = """
        {"type": 1, "contract_size": 100000, "profit": "USD", "spread": 2, "spread_pip": 0.0001,
         "commission_rate": 7, "commission_type": 0, "commission_value_type": 0,
         "min_lot": 0.01, "max_lot": 100, "lot_step": 0.01}
        """
}

/// What a fleet trades, and the prices that it is told all the time.
struct Trading {
    /// As `fleet group set` takes them.
    let terms: String
    let quotes: [RedisPriceStore.Quote]

    /// The two symbols of `Terms`, at prices that stand still.
    static let standing = Trading(
        terms: Terms.json,
        quotes: Terms.symbols.compactMap { name in
            guard let symbol = try? Symbol(name), let bid = try? Price(Terms.bid),
                let ask = try? Price(Terms.ask)
            else { return nil }
            return RedisPriceStore.Quote(symbol: symbol, bid: bid, ask: ask)
        })
}

/// A list of accounts as `fleet account create` and `fleet trade` take it.
struct AccountList {
    let name: String
    let json: String

    /// So many accounts of each of the four types, that the house fills.
    static func house(each count: Int, deposit: Int = 10_000) -> AccountList {
        list(
            "house", ["live:1001", "demo:2001", "strategy_provider:3001", "copy_follower:4001"],
            count, "rock", deposit)
    }

    /// So many accounts whose orders go to a provider that is not the house.
    static func outside(_ count: Int, deposit: Int = 10_000) -> AccountList {
        list("outside", ["live:9001"], count, "barclays", deposit)
    }

    static func list(
        _ name: String, _ firsts: [String], _ count: Int, _ flow: String, _ deposit: Int
    ) -> AccountList {
        let entries = firsts.map { first in
            """
            {"account": "\(first)", "count": \(count), "group": "STANDARD", "leverage": 100,
             "sending_orders": "\(flow)", "deposit": \(deposit)}
            """
        }
        return AccountList(name: name, json: "[\(entries.joined(separator: ",\n"))]")
    }
}
