import PostgresDriver
import Shared

/// Accounts as Postgres holds them.
struct PostgresView {
    let connection: PostgresConnection

    struct View {
        var number: Int64 = 0
        var token = ""
        var balance = ""
        /// Sum of the account's ledger rows.
        var ledger = ""
        /// How many events there are, and the highest number: equal where there is no gap.
        var events: Int64 = 0
        var lastEvent: Int64 = 0
        /// Snapshots of active orders.
        var orders: [String: [String: String]] = [:]
    }

    func accounts() throws -> [AccountID] {
        try connection.query("SELECT user_type, user_id FROM accounts").map(account)
    }

    func views(of accounts: [AccountID]) throws -> [AccountID: View] {
        var views: [AccountID: View] = [:]
        let rows = try connection.query(
            """
            SELECT a.user_type, a.user_id, a.orders_version, a.orders_token, a.balance::text,
                coalesce((SELECT sum(amount) FROM ledger_entries l
                    WHERE (l.user_type, l.user_id) = (a.user_type, a.user_id)), 0)::text AS ledger,
                e.events, e.last_event
            FROM accounts a, LATERAL (
                SELECT count(*) AS events, coalesce(max(orders_version), 0) AS last_event
                FROM order_events e
                WHERE (e.user_type, e.user_id) = (a.user_type, a.user_id)) e
            WHERE (a.user_type, a.user_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
            """, Self.parameters(accounts))
        for row in rows {
            var view = View()
            view.number = try row.int64("orders_version")
            view.token = try row.text("orders_token")
            view.balance = try row.text("balance")
            view.ledger = try row.text("ledger")
            view.events = try row.int64("events")
            view.lastEvent = try row.int64("last_event")
            views[try account(row)] = view
        }
        for row in try connection.query(
            """
            SELECT user_type, user_id, order_id, field.key, field.value
            FROM orders, jsonb_each_text(snapshot) field
            WHERE (user_type, user_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
                AND state NOT IN ('closed', 'cancelled', 'rejected')
            """, Self.parameters(accounts))
        {
            let order = try row.text("order_id")
            views[try account(row), default: View()].orders[order, default: [:]][
                try row.text("key")] = try row.text("value")
        }
        return views
    }

    private static func parameters(_ accounts: [AccountID]) -> [PostgresValue] {
        [.array(accounts.map { $0.userType.rawValue }), .array(accounts.map(\.userID))]
    }

    private func account(_ row: PostgresRow) throws -> AccountID {
        try AccountID(tag: try row.text("user_type") + ":" + row.text("user_id"))
    }
}
