import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// Puts an order that has ended, and is no longer kept in Redis, back from Postgres, so that a fill that
/// comes after all can be booked on it (domain §3).
struct OrderRestore {
    private let context: Context
    private let store: RedisDeadLetterStore

    init(_ context: Context, _ store: RedisDeadLetterStore) {
        self.context = context
        self.store = store
    }

    /// Nil where the order is there now, else why not.
    func restore(_ key: OrderKey) throws -> String? {
        try attempt(key, retention: try context.settings.orderRetention())
    }

    /// Why it would not be there after `restore`; nil where it would. Nothing is changed.
    func obstacle(to key: OrderKey) throws -> String? { try attempt(key, retention: nil) }

    private func attempt(_ key: OrderKey, retention: Int64?) throws -> String? {
        guard let row = try row(of: key) else { return "Postgres does not know order \(key.order)" }
        let order = try Order(row.snapshot, account: key.account)
        guard order.state.isTerminal else {
            return "order \(key.order) is \(order.state.rawValue) in Postgres and not in Redis: "
                + "Redis has lost it, 'fleet rebuild' restores the account"
        }
        let restored = try store.restore(
            order, snapshot: row.snapshot, number: row.number, retention: retention)
        switch restored {
        case .restored, .kept: return nil
        case .parked: return "account \(key.account) is parked"
        case .behind: return "Postgres has not caught up with order \(key.order): try again"
        case .lost:
            return "Redis has lost steps of account \(key.account): 'fleet rebuild' restores it"
        }
    }

    private func row(of key: OrderKey) throws -> (snapshot: Fields, number: Int64)? {
        let rows = try context.database().query(
            """
            SELECT snapshot::text AS snapshot, orders_version FROM orders
            WHERE order_id = $1 AND user_type = $2 AND user_id = $3
            """,
            [
                .integer(key.order.number), .text(key.account.userType.rawValue),
                .text(key.account.userID),
            ])
        guard let row = rows.first else { return nil }
        return (
            try Snapshot.fields(of: try row.text("snapshot"), "order \(key.order)"),
            try row.int64("orders_version")
        )
    }
}

/// A hash of Redis as a column of Postgres keeps it.
enum Snapshot {
    static func fields(of json: String, _ subject: String) throws -> Fields {
        guard case .object(let members) = try JSONParser.parse(json) else {
            throw Failure("the snapshot of \(subject) in Postgres is no object")
        }
        return Fields(members.map { .init($0.name, $0.value.plain) })
    }
}
