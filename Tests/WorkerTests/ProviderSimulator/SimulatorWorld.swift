import Shared
import Statements
import Testing

@testable import ProviderSimulator

/// A small order book and requests about its rows.
enum SimulatorWorld {
    static let name = "book"

    /// Row 2 closed by its stop, 3 by its take profit, 4 by command, 5 was cancelled, 6 is money.
    static let rows = [
        "2026.01.05 10:00:00;Sell;0.01;XAUUSD;4 000.50;4 010.00;3 990.00;2026.01.05 11:00:00;"
            + "4 010.20;-0.16;;-9.70;[sl]",
        "2026.01.05 10:00:00;Buy;0.02;XAUUSD;4 000.50;3 990.00;4 010.00;2026.01.05 11:00:00;"
            + "4 010.10;-0.32;;19.20;[tp]",
        "2026.01.05 10:00:00;Buy;0.01;XAUUSD;4 000.50;3 990.00;4 010.00;2026.01.05 11:00:00;"
            + "4 005.00;-0.16;;4.50;",
        "2026.01.05 10:00:00;Buy Stop;0.01;XAUUSD;4 020.00;4 010.00;4 030.00;"
            + "2026.01.05 11:00:00;4 005.00;;;;cancelled",
        "2026.01.05 10:00:00;Balance;;;;;;;;;;100;",
    ]

    static func statement() throws -> Statement {
        let header =
            "Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment"
        return try StatementReader.read(
            Array(([header] + rows).joined(separator: "\n").utf8))
    }

    static func recording() throws -> Recording { Recording([name: try statement()]) }

    /// A request as order-entry or a worker sends it.
    ///
    /// - Parameter key: its idempotency key; nil for a request that no command made.
    static func fields(
        _ kind: ProviderRequest.Kind, _ type: OrderType, key: String?, symbol: String = "XAUUSD",
        number: Int64 = 41
    ) -> Fields {
        var fields = Fields([
            .init("v", MessageVersion.current), .init("type", "order"),
            .init("key", "user_holdings:{live:7}:\(number)"), .init("symbol", symbol),
            .init("order_type", type.rawValue), .init("status", kind.rawValue),
            .init("ts", "1"), .init("order_quantity", "0.01"),
        ])
        let ids: KeyValuePairs<String, String>
        switch kind {
        case .place: ids = ["order_id": "\(number)"]
        case .placePending: ids = ["order_id": "\(number)", "order_price": "4000.5"]
        case .modify:
            ids = ["original_id": "\(number)", "modify_id": "MOD1", "order_price": "4020"]
        case .cancel: ids = ["original_id": "\(number)", "cancel_id": "CXL1"]
        case .close: ids = ["order_id": "\(number)", "close_id": "CLS1"]
        case .setStopLoss:
            ids = ["order_id": "\(number)", "stoploss_id": "SL1", "stoploss": "3999.5"]
        case .setTakeProfit:
            ids = ["order_id": "\(number)", "takeprofit_id": "TP1", "takeprofit": "4001.5"]
        case .cancelStopLoss:
            ids = [
                "order_id": "\(number)", "stoploss_id": "SL1", "stoploss_cancel_id": "SLC1",
            ]
        case .cancelTakeProfit:
            ids = [
                "order_id": "\(number)", "takeprofit_id": "TP1", "takeprofit_cancel_id": "TPC1",
            ]
        }
        for (name, value) in ids { fields.append(name, value) }
        fields["idempotency_key"] = key
        return fields
    }

    static func request(
        _ kind: ProviderRequest.Kind, _ type: OrderType, key: String?, symbol: String = "XAUUSD"
    ) throws -> ProviderRequest {
        try ProviderRequest(fields(kind, type, key: key, symbol: symbol))
    }

    /// A report in short: `id STATUS avgpx exec reason`, without what it does not have.
    static func short(_ report: ExecutionReport) -> String {
        ["order_id", "ord_status", "avgpx", "exec_id", "reason"]
            .compactMap { report.fields[$0] }.joined(separator: " ")
    }
}
