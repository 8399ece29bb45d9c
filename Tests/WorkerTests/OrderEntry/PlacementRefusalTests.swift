import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

/// Refusals of a new order, in the order in which they are checked.
@Suite("Which new orders are refused, and with which text") struct PlacementRefusalTests {
    private static let place = EntryWorld.place
    private static let pending = EntryWorld.placePending
    private static let saturday: Int64 = EntryWorld.monday - 2 * 86_400_000
    private static let sunday: Int64 = EntryWorld.monday - 86_400_000

    private static func at(
        _ now: Int64
    ) -> @Sendable (inout EntryWorld) -> Void {
        {
            $0.now = now
            $0.acceptedAt = now
        }
    }

    @Test(
        "fields and numbers",
        arguments: [place, pending].flatMap(fieldRows) + [
            RefusalRow(typeText(place), place, ["order_type": "BUY_LIMIT"]),
            RefusalRow(typeText(pending), pending, ["order_type": "BUY"]),
            RefusalRow("missing_field: order_price", pending, ["order_price": nil]),
            RefusalRow("missing_field: order_price", pending, ["order_price": ""]),
        ])
    func fields(row: RefusalRow) throws { try row.check() }

    private static func fieldRows(_ place: [String: String]) -> [RefusalRow] {
        [
            RefusalRow("missing_field: symbol", place, ["symbol": nil]),
            RefusalRow(
                "invalid_field: symbol must be 1 to 20 of A-Z 0-9 . _ - #", place,
                ["symbol": "EUR/USD"]),
            RefusalRow(
                "invalid_field: symbol must be 1 to 20 of A-Z 0-9 . _ - #", place,
                ["symbol": "{EURUSD}"]),
            RefusalRow("missing_field: order_type", place, ["order_type": nil]),
            RefusalRow(typeText(place), place, ["order_type": "buy"]),
            RefusalRow(typeText(place), place, ["order_type": "LIMIT"]),
            RefusalRow("missing_field: order_quantity", place, ["order_quantity": ""]),
            RefusalRow("not_a_number: order_quantity", place, ["order_quantity": "NaN"]),
            RefusalRow("not_a_number: order_quantity", place, ["order_quantity": "1,5"]),
            RefusalRow(
                "too_many_decimals: order_quantity", place, ["order_quantity": "0.010000001"]),
            RefusalRow(
                "out_of_range: order_quantity", place, ["order_quantity": "9999999999999"]),
            RefusalRow(
                "invalid_field: order_quantity must be above zero", place,
                ["order_quantity": "-1"]),
            RefusalRow(
                "invalid_field: order_quantity must be above zero", place,
                ["order_quantity": "0"]),
            RefusalRow("not_a_number: order_price", place, ["order_price": "1.1."]),
            RefusalRow("too_many_decimals: order_price", place, ["order_price": "1.123456789"]),
            RefusalRow(
                "invalid_field: order_price must be above zero", place, ["order_price": "0"]),
            RefusalRow(
                "invalid_field: initiator is none of USER, ADMIN, AUTOCUTOFF, COPY", place,
                ["initiator": "ME"]),
        ] + ["stop_loss", "take_profit"].flatMap { legRows($0, place) }
    }

    private static func legRows(_ leg: String, _ place: [String: String]) -> [RefusalRow] {
        [
            RefusalRow("not_a_number: \(leg)", place, [leg: "low"]),
            RefusalRow("too_many_decimals: \(leg)", place, [leg: "1.123456789"]),
            RefusalRow("out_of_range: \(leg)", place, [leg: "99999999999999"]),
            RefusalRow("invalid_field: \(leg) must be above zero", place, [leg: "0"]),
            RefusalRow("invalid_field: \(leg) must be above zero", place, [leg: "-1"]),
        ]
    }

    private static func typeText(_ command: [String: String]) -> String {
        let types =
            command["command"] == "place"
            ? "BUY, SELL" : "BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP"
        return "invalid_field: order_type must be one of \(types)"
    }

    @Test(
        "account, terms, quantity and market",
        arguments: [place, pending].flatMap(accountRows))
    func account(row: RefusalRow) throws { try row.check() }

    private static func accountRows(_ place: [String: String]) -> [RefusalRow] {
        [
            RefusalRow("account_unknown", place) { $0.balance = nil },
            RefusalRow("account_disabled", place) { $0.isEnabled = false },
            RefusalRow("unsupported_flow", place) { $0.sendingOrders = "" },
            RefusalRow("unsupported_flow", place) { $0.sendingOrders = "nowhere" },
            RefusalRow("invalid_leverage", place) { $0.leverage = 0 },
            RefusalRow("invalid_leverage", place) { $0.leverage = -100 },
            RefusalRow("terms_unknown", place, ["symbol": "GBPUSD"]),
            RefusalRow("terms_unknown: contract_size terms_missing", place) {
                $0.terms["EURUSD"]?["contract_size"] = nil
            },
            RefusalRow("terms_unknown: profit bad_currency", place) {
                $0.terms["EURUSD"]?["profit"] = "U$"
            },
            RefusalRow("terms_unknown: spread not_a_number", place) {
                $0.terms["EURUSD"]?["spread"] = "2,0"
            },
            RefusalRow(
                "lot_step: order_quantity must be a multiple of 0.01", place,
                ["order_quantity": "1.005"]),
            RefusalRow(
                "min_lot: order_quantity must be at least 0.1", place,
                ["order_quantity": "0.09"]
            ) { $0.terms["EURUSD"]?["min_lot"] = "0.1" },
            RefusalRow(
                "max_lot: order_quantity must be at most 50", place,
                ["order_quantity": "50.01"]),
            RefusalRow("too_many_open_orders: at most 2", place) {
                $0.maxOpenOrders = 2
                $0.orders = [try $0.order(41, .open), try $0.order(42, .pending)]
            },
            RefusalRow("market_closed", place, in: at(saturday)),
            RefusalRow("market_closed", place, in: at(sunday)),
            RefusalRow("market_closed", place, in: at(EntryWorld.monday - 8 * 3_600_000 - 1)),
            RefusalRow("no_price", place) { $0.quotes["EURUSD"] = nil },
            RefusalRow("no_price", place) { $0.quotes["EURUSD"]?.bid = "0" },
            RefusalRow("no_price", place) { $0.quotes["EURUSD"]?.ask = "-1" },
            RefusalRow("stale_price", place) { $0.quotes["EURUSD"]?.age = 5_001 },
        ]
    }

    @Test(
        "sides and margin of a market order",
        arguments: [
            RefusalRow(
                "wrong_side: stop_loss must be below 1.0999", place, ["stop_loss": "1.0999"]),
            RefusalRow(
                "wrong_side: take_profit must be above 1.0999", place,
                ["take_profit": "1.0999"]),
            RefusalRow(
                "wrong_side: stop_loss must be above 1.1003", place,
                ["order_type": "SELL", "stop_loss": "1.1003"]),
            RefusalRow(
                "wrong_side: take_profit must be below 1.1003", place,
                ["order_type": "SELL", "take_profit": "1.1003"]),
            // What the client saw decides nothing: the legs are compared with the market.
            RefusalRow(
                "wrong_side: stop_loss must be below 1.0999", place,
                ["order_price": "2", "stop_loss": "1.5"]),
            RefusalRow("no_rate: JPY", place, ["symbol": "USDJPY.X"]) {
                $0.terms["USDJPY.X"] = $0.terms["USDJPY"]
                $0.quotes["USDJPY.X"] = $0.quotes["USDJPY"]
                $0.quotes["USDJPY"] = nil
            },
            RefusalRow(
                "no_price: the half spread exceeds it", place, ["order_type": "SELL"]
            ) { $0.terms["EURUSD"]?["spread"] = "30000" },
            RefusalRow("insufficient_margin", place) { $0.balance = "1100.29" },
            RefusalRow("insufficient_margin", place) { $0.balance = "0" },
            RefusalRow("insufficient_margin", place) { $0.balance = "-5" },
            // Asked far below the market: the market's margin counts all the same.
            RefusalRow("insufficient_margin", place, ["order_price": "0.01"]) {
                $0.balance = "1100.29"
            },
            // Asked above the market: that margin counts.
            RefusalRow("insufficient_margin", place, ["order_price": "1.2"]) {
                $0.balance = "1200.09"
            },
            RefusalRow("out_of_range: order_quantity", place, ["order_quantity": "50"]) {
                $0.terms["EURUSD"]?["contract_size"] = "10000000000"
                $0.leverage = 1
            },
        ])
    func market(row: RefusalRow) throws { try row.check() }

    @Test(
        "each check comes before the next: repairing one fault shows the one behind it",
        arguments: [place, pending])
    func order(command: [String: String]) throws {
        var world = EntryWorld {
            $0.pressure = .memoryFull
            $0.isEnabled = false
            $0.sendingOrders = ""
            $0.leverage = 0
            $0.terms["EURUSD"]?["profit"] = nil
            $0.maxOpenOrders = 0
            $0.now = Self.sunday
            $0.acceptedAt = Self.sunday
            $0.quotes["EURUSD"]?.age = 60_000
            $0.balance = "1"
        }
        var fields = command.with(["order_quantity": "0.005", "take_profit": "0.5"])
        func expect(_ text: String, _ line: Int = #line) throws {
            #expect(try world.decide(fields) == .refuse(text), "line \(line)")
        }
        try expect("memory_full")
        world.pressure = .none
        try expect("account_disabled")
        world.isEnabled = true
        try expect("unsupported_flow")
        world.sendingOrders = "rock"
        try expect("invalid_leverage")
        world.leverage = 100
        try expect("terms_unknown: profit terms_missing")
        world.terms["EURUSD"]?["profit"] = "USD"
        try expect("lot_step: order_quantity must be a multiple of 0.01")
        fields["order_quantity"] = "1"
        try expect("too_many_open_orders: at most 0")
        world.maxOpenOrders = 1
        try expect("market_closed")
        world.marketHours = .always
        try expect("stale_price")
        world.quotes["EURUSD"]?.age = 5_000
        let bound = command["order_price"] ?? "1.0999"
        try expect("wrong_side: take_profit must be above \(bound)")
        fields["take_profit"] = "1.3"
        if command["command"] == "place" {
            try expect("insufficient_margin")
            world.balance = "1100.3"
        }
        #expect(throws: Never.self) { try world.accept(fields) }
    }
}
