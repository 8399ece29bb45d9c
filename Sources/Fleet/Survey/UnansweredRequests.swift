import PostgresDriver
import Shared

/// Requests without an answer for too long. They are shown, and never presumed refused (domain §7).
enum UnansweredRequests {
    /// Orders that wait for an answer.
    private static let waiting = """
        (state IN ('queued', 'pendingQueued', 'modifying', 'cancelling', 'closing')
            OR stop_loss_state IN ('placing', 'cancelling')
            OR take_profit_state IN ('placing', 'cancelling'))
        AND state NOT IN ('closed', 'cancelled', 'rejected')
        """

    /// How many orders of one flow wait for an answer, as far as Postgres knows.
    struct InFlight: Sendable, Equatable {
        let flow: String
        let count: Int64
        /// When the oldest of them asked, ms by Redis' clock; nil where none noted it.
        let oldest: Int64?
        /// Those that asked before the alarm.
        let late: Int64
    }

    /// By flow.
    ///
    /// - Parameter alarm: requests made before this are late, ms by Redis' clock.
    static func inFlight(
        _ database: PostgresConnection, alarm: Int64
    ) throws -> [InFlight] {
        try database.query(
            """
            SELECT flow, count(*) AS total, min((snapshot->>'requested_at')::bigint) AS oldest,
                count(*) FILTER (WHERE (snapshot->>'requested_at')::bigint < $1) AS late
            FROM orders WHERE \(waiting) GROUP BY flow ORDER BY flow
            """, [.integer(alarm)]
        ).map { row in
            InFlight(
                flow: try row.text("flow"), count: try row.int64("total"),
                oldest: try row.optionalInt64("oldest"), late: try row.int64("late"))
        }
    }

    /// The oldest first, at most `limit`.
    ///
    /// - Parameters:
    ///   - before: requests made before this, ms by Redis' clock.
    static func find(
        _ database: PostgresConnection, before: Int64, limit: Int64
    ) throws -> (count: Int64, table: Table) {
        let rows = try database.query(
            """
            SELECT order_id, user_type || ':' || user_id AS account, symbol, flow, state,
                (snapshot->>'requested_at')::bigint AS requested, count(*) OVER () AS total
            FROM orders
            WHERE \(waiting)
                AND (snapshot->>'requested_at')::bigint < $1
            ORDER BY requested LIMIT $2
            """,
            [.integer(before), .integer(limit)])
        var table = Table([
            .init("order_id"), .init("account"), .init("symbol"), .init("flow"), .init("state"),
            .init("requested"),
        ])
        for row in rows {
            table.add([
                .string(String(try row.int64("order_id"))), .string(try row.text("account")),
                .string(try row.text("symbol")), .string(try row.text("flow")),
                .string(try row.text("state")),
                .string(Timestamp.text(try row.int64("requested"))),
            ])
        }
        return (try rows.first?.int64("total") ?? 0, table)
    }
}
