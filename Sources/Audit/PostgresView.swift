import PostgresDriver
import Shared

/// Accounts as Postgres holds them.
struct PostgresView {
    let connection: PostgresConnection

    struct View {
        var number: Int64 = 0
        var token = ""
        var balance = ""
        var usedMarginExecuted = ""
        var usedMarginAll = ""
        /// `m:<SYM>` of each symbol, as last written.
        var margins: [String: String] = [:]
        /// How many events there are, the highest number, and its token.
        var events: Int64 = 0
        var lastEvent: Int64 = 0
        var lastToken = ""
        /// Sum of the account's ledger rows.
        var ledger = ""
        /// The first number at which the rows so far do not sum to the balance noted there.
        var unbalanced: Int64?
        /// Sum of the ledger rows of closed orders, and of those orders' net profits.
        var traded = ""
        var netProfits = ""
        /// Why its persistence has stopped.
        var parked: String?
        /// Snapshots of active orders.
        var orders: [String: [String: String]] = [:]
    }

    func accounts() throws -> [AccountID] {
        try connection.query("SELECT user_type, user_id FROM accounts").map { try $0.account() }
    }

    /// Some accounts at one moment.
    func views(of accounts: [AccountID]) throws -> [AccountID: View] {
        let parameters: [PostgresValue] = [
            .array(accounts.map { $0.userType.rawValue }), .array(accounts.map(\.userID)),
        ]
        var views: [AccountID: View] = [:]
        let answers = try connection.transaction { () throws(PostgresError) in
            _ = try connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return .commit(
                try connection.pipeline(
                    [Self.standings, Self.margins, Self.orders].map {
                        PostgresStatement($0, parameters)
                    }))
        }
        for row in answers[0] { views[try row.account()] = try view(row) }
        for row in answers[1] {
            views[try row.account()]?.margins[try row.text("key")] = try row.text("value")
        }
        for row in answers[2] {
            let order = try row.text("order_id")
            views[try row.account(), default: View()].orders[order, default: [:]][
                try row.text("key")] = try row.text("value")
        }
        return views
    }

    private func view(_ row: PostgresRow) throws -> View {
        var view = View()
        view.number = try row.int64("orders_version")
        view.token = try row.text("orders_token")
        view.balance = try row.text("balance")
        view.usedMarginExecuted = try row.text("used_margin_executed")
        view.usedMarginAll = try row.text("used_margin_all")
        view.events = try row.int64("events")
        view.lastEvent = try row.int64("last_event")
        view.lastToken = try row.optionalText("last_token") ?? ""
        view.ledger = try row.text("ledger")
        view.unbalanced = try row.optionalInt64("unbalanced")
        view.traded = try row.text("traded")
        view.netProfits = try row.text("net_profits")
        view.parked = try row.optionalText("parked")
        return view
    }

    private static let some =
        "(user_type, user_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))"

    private static let standings = """
        WITH events AS (
            SELECT user_type, user_id, count(*) AS events, max(orders_version) AS last_event
            FROM order_events WHERE \(some) GROUP BY user_type, user_id
        ), steps AS (
            SELECT user_type, user_id, orders_version, amount, balance_after,
                kind IN ('profit', 'commission', 'swap') AS is_trade,
                sum(amount) OVER (PARTITION BY user_type, user_id ORDER BY orders_version) AS total
            FROM ledger_entries WHERE \(some)
        ), ledger AS (
            SELECT user_type, user_id, sum(amount) AS ledger,
                sum(amount) FILTER (WHERE is_trade) AS traded,
                min(orders_version) FILTER (WHERE total <> balance_after) AS unbalanced
            FROM steps GROUP BY user_type, user_id
        ), closed AS (
            SELECT user_type, user_id, sum(net_profit) AS net_profits
            FROM orders WHERE state = 'closed' AND \(some) GROUP BY user_type, user_id
        ), parked AS (
            SELECT user_type, user_id, reason || ' at ' || orders_version AS parked
            FROM parked_accounts WHERE cleared_at IS NULL
        )
        SELECT user_type, user_id, a.orders_version, a.orders_token, balance::text,
            used_margin_executed::text, used_margin_all::text,
            coalesce(events, 0) AS events, coalesce(last_event, 0) AS last_event,
            e.orders_token AS last_token, coalesce(ledger, 0)::text AS ledger, unbalanced,
            coalesce(traded, 0)::text AS traded, coalesce(net_profits, 0)::text AS net_profits,
            parked
        FROM accounts a
            LEFT JOIN events USING (user_type, user_id)
            LEFT JOIN ledger USING (user_type, user_id)
            LEFT JOIN closed USING (user_type, user_id)
            LEFT JOIN parked USING (user_type, user_id)
            LEFT JOIN order_events e USING (user_type, user_id, orders_version)
        WHERE \(some)
        """

    private static let margins = """
        SELECT user_type, user_id, field.key, field.value
        FROM accounts, jsonb_each_text(portfolio) field
        WHERE field.key LIKE 'm:%' AND \(some)
        """

    private static let orders = """
        SELECT user_type, user_id, order_id, field.key, field.value
        FROM orders, jsonb_each_text(snapshot) field
        WHERE state NOT IN ('closed', 'cancelled', 'rejected') AND \(some)
        """

    /// The tokens of steps that are there.
    func tokens(of steps: [AccountStep]) throws -> [AccountStep: String] {
        try connection.tokens(of: steps)
    }
}
