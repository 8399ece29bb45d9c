import PostgresDriver
import TestSupport
import Testing

/// What the schema itself refuses, whoever writes.
@Suite("Postgres schema", .enabled(if: PrivatePostgres.shouldRun))
struct PostgresSchemaTests {
    /// The migrations of this checkout.
    static let folder =
        #filePath.replacing(#/Tests/DriverTests/.*/#, with: "")
        + "deploy/postgres/migrations"

    /// To a database with the whole schema.
    func connection() throws -> PostgresConnection {
        let connection = try SharedServer.connection(.migration)
        _ = try Migrator.run(
            connection: connection, folder: try MigrationFolder(path: Self.folder))
        return connection
    }

    /// A row that the table takes, as column and SQL value.
    static let rows: [String: [String: String]] = [
        "accounts": [
            "user_type": "'live'", "user_id": "'42'", "orders_version": "1",
            "orders_token": "'e~1'", "balance": "-12.34", "used_margin_executed": "0",
            "used_margin_all": "0", "portfolio": "'{}'", "updated_ms": "1",
        ],
        "orders": [
            "order_id": "7", "user_type": "'live'", "user_id": "'42'", "symbol": "'US30'",
            "order_type": "'BUY'", "placed_as": "'BUY'", "flow": "'house'", "state": "'closed'",
            "status": "'CLOSED'", "order_status": "'CLOSED'", "execution_status": "'CLOSED'",
            "order_quantity": "0.02", "order_price": "0.82543", "leverage": "100",
            "commission_entry": "0.07", "commission_exit": "0.07", "swap": "-0.21",
            "profit": "6.43", "net_profit": "6.08", "close_price": "0.82097",
            "order_version": "3", "orders_version": "9", "created_ms": "1", "updated_ms": "2",
            "snapshot": "'{}'",
        ],
        "order_events": [
            "user_type": "'demo'", "user_id": "'1'", "orders_version": "1",
            "orders_token": "'e~1'", "event_id": "'e'", "type": "'ORDER_PLACED'",
            "order_id": "7", "order_version": "1", "to_state": "'queued'", "ts_ms": "1",
            "fields": "'{}'",
        ],
        "requests": [
            "user_type": "'copy_follower'", "user_id": "'1'", "request_id": "'copy:1:2.a_-'",
            "digest": "'d'", "status": "'accepted'", "ts_ms": "1",
        ],
        "dead_letters": [
            "queue": "'open'", "partition": "0", "entry_id": "'1-1'", "reason": "'impossible'",
            "fields": "'{}'", "died_ms": "1",
        ],
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let table: String
        let change: [String: String]
        let constraint: String?
        var testDescription: String { "\(table) \(change)" }

        init(_ table: String, _ change: [String: String], _ constraint: String?) {
            self.table = table
            self.change = change
            self.constraint = constraint
        }
    }

    static let cases = [
        Case("accounts", [:], nil),
        Case("accounts", ["user_type": "'other'"], "accounts_user_type_check"),
        Case("accounts", ["user_id": "'a}b'"], "accounts_user_id_check"),
        Case("accounts", ["orders_version": "0"], "accounts_orders_version_check"),
        Case("accounts", ["used_margin_all": "-1"], "accounts_used_margin_all_check"),
        Case("accounts", ["portfolio": "'[]'"], "accounts_portfolio_check"),
        Case("orders", [:], nil),
        Case(
            "orders", ["state": "'OPEN'", "profit": "NULL", "net_profit": "NULL"],
            "orders_state_check"),
        Case("orders", ["order_type": "'HOLD'"], "orders_order_type_check"),
        Case("orders", ["order_quantity": "0"], "orders_order_quantity_check"),
        Case("orders", ["net_profit": "6.09"], "orders_closed_parts_add_up"),
        Case("orders", ["net_profit": "NULL"], "orders_closed_parts_add_up"),
        Case("orders", ["close_price": "NULL"], "orders_closed_parts_add_up"),
        Case(
            "orders", ["profit": "6.431", "net_profit": "6.081"], "orders_parts_in_cents"),
        Case("orders", ["state": "'open'"], "orders_only_closed_have_profit"),
        Case(
            "orders",
            ["state": "'open'", "profit": "NULL", "net_profit": "NULL", "close_price": "NULL"],
            nil),
        Case("order_events", [:], nil),
        Case("order_events", ["order_version": "NULL"], "order_events_order_is_whole"),
        Case("order_events", ["orders_token": "''"], "order_events_orders_token_check"),
        Case("requests", [:], nil),
        Case("requests", ["request_id": "'a b'"], "requests_request_id_check"),
        Case("requests", ["status": "'refused'"], "requests_refusals_have_a_reason"),
        Case("requests", ["reason": "'x'"], "requests_refusals_have_a_reason"),
        Case("dead_letters", [:], nil),
        Case("dead_letters", ["actor": "'ann'"], "dead_letters_action_has_an_actor"),
        Case(
            "dead_letters", ["action": "'eaten'", "actor": "'ann'", "acted_at": "now()"],
            "dead_letters_action"),
        Case(
            "dead_letters", ["action": "'dropped'", "actor": "'ann'", "acted_at": "now()"], nil),
    ]

    @Test("What each table takes and refuses")
    func rows() throws {
        let connection = try connection()
        for wrong in Self.cases {
            let row = try #require(Self.rows[wrong.table]).merging(wrong.change) { $1 }
            let sql = insert(wrong.table, row)
            let result = Result { try attempt(sql, connection) }
            switch (result, wrong.constraint) {
            case (.success, nil): break
            case (.failure(let error as PostgresError), let constraint?):
                #expect(error.code == .refused, "\(wrong)")
                #expect(error.constraint == constraint, "\(wrong)")
            case (.success, .some), (.failure, _): Issue.record("\(wrong): \(result)")
            }
        }
    }

    @Test("An event number is used once by an account, an order version once by an order")
    func events() throws {
        let connection = try connection()
        let row = try #require(Self.rows["order_events"])
        try connection.run(script: insert("order_events", row))
        let wrong: [([String: String], String)] = [
            (["order_version": "2", "orders_token": "'e~2'"], "order_events_pkey"),
            (["orders_version": "2"], "order_events_by_order"),
            (["user_id": "'2'"], "order_events_by_order"),
        ]
        for (change, constraint) in wrong {
            let sql = insert("order_events", row.merging(change) { $1 })
            let error = failure { try connection.run(script: sql) }
            #expect(error?.constraint == constraint)
        }
    }

    @Test("Money moves only with its event, once a kind, and sums exactly")
    func ledger() throws {
        let connection = try connection()
        let event = try #require(Self.rows["order_events"])
        func entry(_ kind: String, _ amount: String, order: String = "7") -> String {
            insert(
                "ledger_entries",
                [
                    "user_type": "'demo'", "user_id": "'1'", "orders_version": "1",
                    "kind": "'\(kind)'", "amount": amount, "order_id": order,
                    "balance_after": "0.1", "ts_ms": "1",
                ])
        }
        let orphan = failure { try connection.run(script: entry("profit", "1")) }
        #expect(orphan?.constraint == "ledger_entries_have_an_event")
        try connection.run(script: insert("order_events", event))
        try connection.run(script: entry("profit", "0.3") + ";" + entry("commission", "-0.2"))
        let wrong: [(String, String)] = [
            (entry("profit", "1"), "ledger_entries_pkey"),
            (entry("swap", "0.001"), "ledger_entries_of_orders"),
            (entry("swap", "1", order: "NULL"), "ledger_entries_of_orders"),
            (entry("deposit", "-1"), "ledger_entries_sign"),
            (entry("withdrawal", "1"), "ledger_entries_sign"),
            (entry("bonus", "1"), "ledger_entries_kind_check"),
        ]
        for (sql, constraint) in wrong {
            #expect(failure { try connection.run(script: sql) }?.constraint == constraint)
        }
        let sum = try connection.query("SELECT sum(amount) = 0.1 AS exact FROM ledger_entries")
        #expect(try sum[0].bool("exact"))
    }

    private func insert(_ table: String, _ row: [String: String]) -> String {
        let columns = row.keys.sorted()
        let values = columns.compactMap { row[$0] }.joined(separator: ", ")
        return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(values))"
    }

    /// Runs it and takes it back.
    private func attempt(_ sql: String, _ connection: PostgresConnection) throws {
        try connection.transaction { () throws(PostgresError) in
            try connection.run(script: sql)
            return PostgresConnection.Ending.rollback(())
        }
    }
}
