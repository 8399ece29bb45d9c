import PostgresDriver
import Shared

/// How events become rows. Each table's columns stand once, with where their values come from.
struct TableRule: Sendable {
    let table: BatchTable
    private let values: [@Sendable (EventRow) -> String?]

    /// A column of a table and where its value comes from.
    struct Column: Sendable {
        let name: String
        let type: String
        let value: @Sendable (EventRow) -> String?

        init(_ name: String, _ type: String, value: @escaping @Sendable (EventRow) -> String?) {
            self.name = name
            self.type = type
            self.value = value
        }
    }

    init(
        _ name: String, key: [String], onConflict: BatchTable.Conflict,
        _ columns: [Column]
    ) {
        table = BatchTable(
            name, columns.map { BatchTable.Column($0.name, $0.type) }, key: key,
            onConflict: onConflict)
        values = columns.map(\.value)
    }

    func row(_ event: EventRow) -> [String?] { values.map { $0(event) } }

    /// A column that takes the event's field of this or another name.
    private static func field(
        _ column: String, _ type: String = "text", from name: String? = nil
    ) -> Column {
        let name = name ?? column
        return Column(column, type) { $0.present(name) }
    }

    private static func field(
        _ column: String, _ type: String, from name: String, else standard: String
    ) -> Column {
        Column(column, type) { $0.present(name) ?? standard }
    }

    private static let account = [field("user_type"), field("user_id")]

    static let accounts = TableRule(
        "accounts", key: ["user_type", "user_id"],
        onConflict: .keepNewest(by: "orders_version"),
        account + [
            field("orders_version", "bigint"), field("orders_token"),
            field("balance", "numeric"), field("used_margin_executed", "numeric"),
            field("used_margin_all", "numeric"),
            Column("portfolio", "jsonb") { event in
                JSONText.object(Fields(event.fields.list.filter { isTotal($0.name) }))
            },
            field("updated_ms", "bigint", from: "ts"),
        ])

    /// The configuration, from the events that carry one. It is written behind `accounts`, whose row
    /// is there by then.
    static let configurations = """
        UPDATE accounts SET group_name = batch.group_name, leverage = batch.leverage,
            status = batch.status, sending_orders = batch.sending_orders,
            account_number = batch.account_number, config = batch.config
        FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::text[], $6::text[],
            $7::text[], $8::jsonb[])
            AS batch (user_type, user_id, group_name, leverage, status, sending_orders,
                account_number, config)
        WHERE accounts.user_type = batch.user_type AND accounts.user_id = batch.user_id
        """

    static func configuration(_ event: EventRow) -> [String?] {
        let names = ["group", "leverage", "sending_orders", "status", "account_number"]
        let config = Fields(event.fields.list.filter { names.contains($0.name) })
        return [
            event.account.userType.rawValue, event.account.userID, event["group"],
            event["leverage"], event["status"], event["sending_orders"],
            event["account_number"], JSONText.object(config),
        ]
    }

    /// Only events that are new to their account come here, so one that is there already is refused
    /// rather than kept without a word.
    static let events = TableRule(
        "order_events", key: ["user_type", "user_id", "orders_version"], onConflict: .refuse,
        account + [
            field("orders_version", "bigint"), field("orders_token"), field("event_id"),
            field("type"), field("order_id", "bigint"), field("order_version", "bigint"),
            field("from_state"), field("to_state"), field("request_id"),
            field("ts_ms", "bigint", from: "ts"),
            Column("fields", "jsonb") { JSONText.object($0.fields) },
        ])

    static let orders = TableRule(
        "orders", key: ["order_id"], onConflict: .keepNewest(by: "orders_version"),
        [field("order_id", "bigint")] + account + [
            field("account_number"), field("symbol"), field("order_type"), field("placed_as"),
            field("flow"), field("state"), field("status"), field("order_status"),
            field("execution_status"), field("order_quantity", "numeric"),
            field("order_price", "numeric"), field("leverage", "numeric"),
            field("stop_loss", "numeric"), field("stop_loss_state"),
            field("take_profit", "numeric"), field("take_profit_state"),
            field("margin", "numeric"), field("reserved_margin", "numeric"),
            field("contract_value", "numeric"),
            field("commission_entry", "numeric", from: "commission_entry", else: "0"),
            field("commission_exit", "numeric", from: "commission_exit", else: "0"),
            field("swap", "numeric", from: "swap", else: "0"),
            field("profit", "numeric", from: "profit_usd"), field("net_profit", "numeric"),
            field("close_price", "numeric"), field("close_message"), field("reject_reason"),
            field("placed_by"), field("order_version", "bigint"),
            field("orders_version", "bigint"), field("created_ms", "bigint", from: "created_at"),
            field("opened_ms", "bigint", from: "opened_at"),
            Column("ended_ms", "bigint") { $0.state?.isTerminal == true ? $0["ts"] : nil },
            field("updated_ms", "bigint", from: "ts"),
            Column("snapshot", "jsonb") { JSONText.object(Order.snapshot(ofEvent: $0.fields)) },
        ])

    static let rejections = TableRule(
        "order_rejections", key: ["user_type", "user_id", "orders_version"],
        onConflict: .refuse,
        account + [
            field("orders_version", "bigint"), field("order_id", "bigint"),
            field("provider_order_id"), field("symbol"), field("rejection_type"),
            field("from_state"), field("provider_ord_status"), field("provider_exec_id"),
            field("reason"), field("order_type"), field("order_price", "numeric"),
            field("order_quantity", "numeric"), field("margin_released", "numeric"),
            field("provider_raw_data", "jsonb"), field("ts_ms", "bigint", from: "ts"),
        ])

    /// An id that is used again after its day keeps its first answer.
    static let requests = TableRule(
        "requests", key: ["user_type", "user_id", "request_id"], onConflict: .keep,
        account + [
            field("request_id"), field("digest", "text", from: "request_digest"),
            Column("status", "text") { _ in "accepted" }, field("order_id", "bigint"),
            field("lifecycle_id"), field("orders_version", "bigint"),
            field("ts_ms", "bigint", from: "ts"),
        ])

    private static func isTotal(_ name: String) -> Bool {
        name.hasPrefix("m:") || name.hasPrefix("used_margin") || name.hasPrefix("orders_")
            || name == "balance"
    }
}
