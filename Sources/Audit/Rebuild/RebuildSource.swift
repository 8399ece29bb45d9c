import PostgresDriver
import ServiceRuntime
import Shared

/// Reads accounts whole, each at one moment.
struct RebuildSource {
    let connection: PostgresConnection

    func standing(of account: AccountID) throws -> (number: Int64, token: String, isStopped: Bool)?
    {
        let rows = try connection.query(
            """
            SELECT orders_version, orders_token, EXISTS (
                SELECT FROM parked_accounts p WHERE p.user_type = a.user_type
                    AND p.user_id = a.user_id AND cleared_at IS NULL) AS stopped
            FROM accounts a WHERE user_type = $1 AND user_id = $2
            """, key(account))
        guard let row = rows.first else { return nil }
        return (
            try row.int64("orders_version"), try row.text("orders_token"), try row.bool("stopped")
        )
    }

    /// - Parameter now: by Redis' clock, ms.
    func account(_ id: AccountID, at now: Int64) throws -> RememberedAccount? {
        let since = now - AccountWrite.Retention.done
        let answersSince = now - AccountWrite.Retention.answer
        let answers = try connection.transaction { () throws(PostgresError) in
            _ = try connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return .commit(
                try connection.pipeline([
                    PostgresStatement(Self.accounts, key(id)),
                    PostgresStatement(Self.parts, key(id)),
                    PostgresStatement(Self.orders, key(id) + [.integer(since)]),
                    PostgresStatement(Self.events, key(id) + [.integer(since)]),
                    PostgresStatement(Self.requests, key(id) + [.integer(answersSince)]),
                ]))
        }
        guard let row = answers[0].first else { return nil }
        var hashes: [String: Fields] = [:]
        for row in answers[1] {
            hashes[try row.text("part"), default: Fields()].append(
                try row.text("key"), try row.optionalText("value") ?? "")
        }
        var account = RememberedAccount(
            id: id, number: try row.int64("orders_version"), token: try row.text("orders_token"),
            portfolio: hashes["portfolio"] ?? Fields(), config: hashes["config"] ?? Fields())
        account.orders = try orders(
            id, snapshots: answers[2], events: answers[3], at: now)
        account.answers = try answers[4].map(answer)
        return account
    }

    private func orders(
        _ account: AccountID, snapshots: PostgresRows, events: PostgresRows, at now: Int64
    ) throws -> [RememberedOrder] {
        var fields: [Int64: Fields] = [:]
        var ended: [Int64: Int64] = [:]
        for row in snapshots {
            let id = try row.int64("order_id")
            fields[id, default: Fields()].append(
                try row.text("key"), try row.optionalText("value") ?? "")
            if let time = try row.optionalInt64("ended_ms") { ended[id] = now - time }
        }
        var told: [Int64: Fields] = [:]
        for row in events {
            told[try row.int64("order_id"), default: Fields()].append(
                try row.text("key"), try row.optionalText("value") ?? "")
        }
        return try fields.sorted { $0.key < $1.key }.map { id, snapshot in
            RememberedOrder(
                order: try Order(snapshot, account: account), snapshot: snapshot,
                event: told[id] ?? Fields(), endedFor: ended[id])
        }
    }

    private func answer(_ row: PostgresRow) throws -> CommandAnswer {
        CommandAnswer(
            request: try RequestID(try row.text("request_id")),
            result: CommandResult(
                digest: try row.text("digest"), isAccepted: try row.text("status") == "accepted",
                reason: try row.optionalText("reason"),
                order: try row.optionalInt64("order_id").map { OrderID(number: $0) },
                lifecycleID: try row.optionalText("lifecycle_id").map { try LifecycleID($0) },
                timestamp: try row.int64("ts_ms")))
    }

    private func key(_ account: AccountID) -> [PostgresValue] {
        [.text(account.userType.rawValue), .text(account.userID)]
    }

    private static let one = "user_type = $1 AND user_id = $2"
    private static let kept =
        "(o.state NOT IN ('closed', 'cancelled', 'rejected') OR o.ended_ms > $3)"
    private static let accounts = "SELECT orders_version, orders_token FROM accounts WHERE \(one)"
    private static let parts = """
        SELECT 'portfolio' AS part, f.key, f.value
        FROM accounts, jsonb_each_text(portfolio) f WHERE \(one)
        UNION ALL SELECT 'config', f.key, f.value
        FROM accounts, jsonb_each_text(config) f WHERE \(one)
        """
    private static let orders = """
        SELECT o.order_id, o.ended_ms, f.key, f.value
        FROM orders o, jsonb_each_text(o.snapshot) f
        WHERE o.user_type = $1 AND o.user_id = $2 AND \(kept)
        """
    private static let events = """
        SELECT e.order_id, f.key, f.value
        FROM orders o JOIN order_events e USING (order_id, order_version),
            jsonb_each_text(e.fields) f
        WHERE o.user_type = $1 AND o.user_id = $2 AND \(kept)
        """
    private static let requests = """
        SELECT request_id, digest, status, reason, order_id, lifecycle_id, ts_ms
        FROM requests WHERE \(one) AND ts_ms > $3
        """

    /// Every account that Postgres knows.
    func accounts() throws -> [AccountID] {
        try connection.query(
            "SELECT user_type || ':' || user_id AS tag FROM accounts ORDER BY user_type, user_id"
        ).map { try AccountID(tag: try $0.text("tag")) }
    }

    /// Terms of groups, as they were written.
    func terms() throws -> [(key: HashKey, fields: Fields)] {
        var terms: [String: (key: HashKey, fields: Fields)] = [:]
        for row in try connection.query(
            """
            SELECT group_name, symbol, f.key, f.value
            FROM instruments, jsonb_each_text(terms) f
            """)
        {
            let key = Keys.terms(
                group: try row.text("group_name"), try Symbol(try row.text("symbol")))
            terms[key.text, default: (key, Fields())].fields.append(
                try row.text("key"), try row.text("value"))
        }
        return Array(terms.values)
    }

    /// A person's word that an account's persistence may go on.
    func clear(_ account: AccountID, by name: String) throws {
        _ = try connection.query(
            """
            UPDATE parked_accounts SET cleared_by = $3, cleared_at = clock_timestamp()
            WHERE \(Self.one) AND cleared_at IS NULL
            """, key(account) + [.text(name)])
    }
}
