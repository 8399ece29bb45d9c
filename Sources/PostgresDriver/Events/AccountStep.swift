package import Shared

/// One step of an account: the number of one of its events.
package struct AccountStep: Hashable, Sendable {
    package let account: AccountID
    /// `orders_version`.
    package let number: Int64

    package init(account: AccountID, number: Int64) {
        self.account = account
        self.number = number
    }
}

extension PostgresConnection {
    /// The tokens under which steps are booked (`order_events`); none for a step that is not there.
    package func tokens(of steps: [AccountStep]) throws(PostgresError) -> [AccountStep: String] {
        guard !steps.isEmpty else { return [:] }
        let rows = try query(
            """
            SELECT user_type, user_id, orders_version, orders_token FROM order_events
            WHERE (user_type, user_id, orders_version) IN
                (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]))
            """,
            [
                .array(steps.map { $0.account.userType.rawValue }),
                .array(steps.map(\.account.userID)), .integers(steps.map(\.number)),
            ])
        var tokens: [AccountStep: String] = [:]
        for row in rows {
            let step = AccountStep(
                account: try row.account(), number: try row.int64("orders_version"))
            tokens[step] = try row.text("orders_token")
        }
        return tokens
    }
}

extension PostgresRow {
    /// The account whose row it is, by `user_type` and `user_id`.
    package func account() throws(PostgresError) -> AccountID {
        let tag = try text("user_type") + ":" + text("user_id")
        do {
            return try AccountID(tag: tag)
        } catch {
            throw PostgresError(.fault, .read, "\(error)")
        }
    }
}
