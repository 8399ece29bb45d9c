import PostgresDriver
import Shared

/// What Postgres remembers of an order.
enum StoredStory {
    static func chapters(of key: OrderKey, _ database: PostgresConnection) throws -> [Chapter] {
        try requests(key, database) + events(key, database) + ledger(key, database)
            + rejections(key, database) + deadLetters(key, database)
    }

    private static func requests(
        _ key: OrderKey, _ database: PostgresConnection
    ) throws -> [Chapter] {
        let rows = try database.query(
            """
            SELECT request_id, status, reason, lifecycle_id, orders_version, ts_ms
            FROM requests WHERE order_id = $1
            """,
            [.integer(key.order.number)])
        return try rows.map { row in
            Chapter(
                time: try row.int64("ts_ms"), number: try row.optionalInt64("orders_version"),
                rank: 0, what: "command " + (try row.text("status")),
                detail: join([
                    ("request", try row.text("request_id")),
                    ("reason", try row.optionalText("reason")),
                    ("lifecycle", try row.optionalText("lifecycle_id")),
                ]))
        }
    }

    private static func events(
        _ key: OrderKey, _ database: PostgresConnection
    ) throws -> [Chapter] {
        let rows = try database.query(
            """
            SELECT orders_version, order_version, event_id, type, from_state, to_state, request_id,
                ts_ms, fields->>'order_price' AS price, fields->>'close_price' AS close_price,
                fields->>'profit_usd' AS profit, fields->>'net_profit' AS net_profit,
                (extract(epoch FROM committed_at) * 1000)::bigint - ts_ms AS commit_ms
            FROM order_events WHERE order_id = $1
            """,
            [.integer(key.order.number)])
        return try rows.map { row in
            Chapter(
                time: try row.int64("ts_ms"), number: try row.int64("orders_version"), rank: 1,
                what: try row.text("type"), from: try row.optionalText("from_state"),
                to: try row.optionalText("to_state"),
                detail: join([
                    ("version", try row.text("order_version")),
                    ("price", try row.optionalText("price")),
                    ("close", try row.optionalText("close_price")),
                    ("profit", try row.optionalText("profit")),
                    ("net", try row.optionalText("net_profit")),
                    ("event", try row.text("event_id")),
                    ("ms_to_postgres", try row.text("commit_ms")),
                ]))
        }
    }

    private static func ledger(
        _ key: OrderKey, _ database: PostgresConnection
    ) throws -> [Chapter] {
        let rows = try database.query(
            """
            SELECT orders_version, kind, trim_scale(amount) AS amount,
                trim_scale(balance_after) AS balance, ts_ms
            FROM ledger_entries WHERE order_id = $1
            """,
            [.integer(key.order.number)])
        return try rows.map { row in
            Chapter(
                time: try row.int64("ts_ms"), number: try row.int64("orders_version"), rank: 2,
                what: "ledger " + (try row.text("kind")),
                detail: join([
                    ("amount", try row.text("amount")),
                    ("balance_after", try row.text("balance")),
                ]))
        }
    }

    private static func rejections(
        _ key: OrderKey, _ database: PostgresConnection
    ) throws -> [Chapter] {
        let rows = try database.query(
            """
            SELECT orders_version, rejection_type, reason, provider_exec_id, ts_ms
            FROM order_rejections WHERE order_id = $1
            """,
            [.integer(key.order.number)])
        return try rows.map { row in
            Chapter(
                time: try row.int64("ts_ms"), number: try row.int64("orders_version"), rank: 3,
                what: "rejection " + (try row.text("rejection_type")),
                detail: join([
                    ("reason", try row.optionalText("reason")),
                    ("exec", try row.optionalText("provider_exec_id")),
                ]))
        }
    }

    private static func deadLetters(
        _ key: OrderKey, _ database: PostgresConnection
    ) throws -> [Chapter] {
        let rows = try database.query(
            """
            SELECT queue, partition, entry_id, reason, died_ms, action, actor
            FROM dead_letters WHERE fields->>'key' = $1
            """,
            [.text(key.text)])
        return try rows.map { row in
            Chapter(
                time: try row.int64("died_ms"), number: nil, rank: 4, what: "dead letter, archived",
                detail: join([
                    ("queue", try row.text("queue") + ":" + row.text("partition")),
                    ("entry", try row.text("entry_id")), ("reason", try row.text("reason")),
                    ("action", try row.optionalText("action")),
                    ("actor", try row.optionalText("actor")),
                ]))
        }
    }

    /// `name=value` of those that have one.
    static func join(_ facts: [(String, String?)]) -> String {
        facts.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
    }
}
