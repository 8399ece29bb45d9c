import PostgresDriver
import ServiceRuntime
import Shared

/// What stands in Postgres of accounts, and how a batch joins it: one transaction, sorted by key,
/// guarded by `orders_version` (architecture §5).
final class WriterStore {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// The last number and token of an account; missing accounts have none.
    struct Standing: Equatable {
        let number: Int64
        let token: String
    }

    /// Locks the accounts' rows in their order and tells where each stands.
    func standings(of accounts: [AccountID]) throws(PostgresError) -> [AccountID: Standing] {
        let sorted = accounts.sorted()
        let rows = try connection.query(
            """
            SELECT user_type, user_id, orders_version, orders_token FROM accounts
            WHERE (user_type, user_id) IN
                (SELECT * FROM unnest($1::text[], $2::text[]))
            ORDER BY user_type, user_id FOR UPDATE
            """,
            [
                .array(sorted.map { $0.userType.rawValue }), .array(sorted.map(\.userID)),
            ])
        var standings: [AccountID: Standing] = [:]
        for row in rows {
            let account = try account(row)
            standings[account] = Standing(
                number: try row.int64("orders_version"), token: try row.text("orders_token"))
        }
        return standings
    }

    /// The tokens under numbers that are there already, to tell a repeat from a fork.
    func tokens(of events: [EventRow]) throws(PostgresError) -> [AccountNumber: String] {
        guard !events.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            SELECT user_type, user_id, orders_version, orders_token FROM order_events
            WHERE (user_type, user_id, orders_version) IN
                (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]))
            """,
            [
                .array(events.map { $0.account.userType.rawValue }),
                .array(events.map(\.account.userID)), .integers(events.map(\.number)),
            ])
        var tokens: [AccountNumber: String] = [:]
        for row in rows {
            let key = AccountNumber(
                account: try account(row), number: try row.int64("orders_version"))
            tokens[key] = try row.text("orders_token")
        }
        return tokens
    }

    struct AccountNumber: Hashable {
        let account: AccountID
        let number: Int64
    }

    private func account(_ row: PostgresRow) throws(PostgresError) -> AccountID {
        let text = try row.text("user_type") + ":" + row.text("user_id")
        do {
            return try AccountID(tag: text)
        } catch {
            throw PostgresError(.fault, .read, "\(error)")
        }
    }

    /// Writes new events of which each account's numbers follow on, in one round trip.
    func write(_ events: [EventRow]) throws(PostgresError) {
        _ = try connection.pipeline(try statements(for: events))
    }

    /// The statements in the order that foreign keys and the guards ask for.
    private func statements(
        for events: [EventRow]
    ) throws(PostgresError) -> [PostgresStatement] {
        var lastOfAccount: [AccountID: EventRow] = [:]
        var lastOfOrder: [OrderID: EventRow] = [:]
        var configurations: [AccountID: EventRow] = [:]
        for event in events {
            lastOfAccount[event.account] = event
            if let order = event.order { lastOfOrder[order] = event }
            switch event.type {
            case .accountCreated, .accountConfigured: configurations[event.account] = event
            default: break
            }
        }
        var statements = [
            try rows(TableRule.accounts, Array(lastOfAccount.values)),
            try rows(TableRule.events, events),
            try rows(TableRule.orders, Array(lastOfOrder.values)),
            try rows(TableRule.requests, events.filter { $0.fields["request_digest"] != nil }),
            try rows(
                TableRule.rejections, events.filter { $0.fields["rejection_type"] != nil }),
        ].compactMap { $0 }
        statements += try ledger(of: events)
        if !configurations.isEmpty { statements.append(configured(configurations)) }
        return statements
    }

    private func rows(
        _ rule: TableRule, _ events: [EventRow]
    ) throws(PostgresError) -> PostgresStatement? {
        guard !events.isEmpty else { return nil }
        var batch = Batch(rule.table)
        for event in events { try batch.append(rule.row(event)) }
        return batch.statement
    }

    private static let ledgerTable = BatchTable(
        "ledger_entries",
        [
            .init("user_type", "text"), .init("user_id", "text"),
            .init("orders_version", "bigint"), .init("kind", "text"), .init("amount", "numeric"),
            .init("order_id", "bigint"), .init("balance_after", "numeric"),
            .init("ts_ms", "bigint"),
        ], key: ["user_type", "user_id", "orders_version", "kind"], onConflict: .keep)

    private func ledger(of events: [EventRow]) throws(PostgresError) -> [PostgresStatement] {
        var batches: [Batch] = []
        for event in events {
            for entry in event.ledger {
                if batches.last.map({ $0.count == Batch.mostRows }) ?? true {
                    batches.append(Batch(WriterStore.ledgerTable))
                }
                try batches[batches.count - 1].append([
                    event.account.userType.rawValue, event.account.userID, String(event.number),
                    entry.kind, entry.amount, event.order?.text, event.fields["balance"],
                    event.fields["ts"],
                ])
            }
        }
        return batches.map(\.statement)
    }

    private func configured(_ events: [AccountID: EventRow]) -> PostgresStatement {
        let rows = events.values.map(TableRule.configuration)
        let columns = rows[0].indices.map { column in
            PostgresValue.array(rows.map { $0[column] })
        }
        return PostgresStatement(TableRule.configurations, columns)
    }

    /// Notes that an account's persistence has stopped, and why, for a person to clear.
    func park(
        _ account: AccountID, _ fault: ParkingFault
    ) throws(PostgresError) {
        _ = try connection.query(
            """
            INSERT INTO parked_accounts
                (user_type, user_id, orders_version, reason, sqlstate, constraint_name, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (user_type, user_id) WHERE cleared_at IS NULL DO NOTHING
            """,
            [
                .text(account.userType.rawValue), .text(account.userID), .integer(fault.number),
                .text(fault.reason.rawValue), .optional(fault.sqlState),
                .optional(fault.constraint), .text(fault.detail),
            ])
    }

    /// The accounts whose persistence has stopped, as far as anybody noted.
    func parkedAccounts() throws(PostgresError) -> Set<AccountID> {
        var accounts: Set<AccountID> = []
        for row in try connection.query(
            "SELECT user_type, user_id FROM parked_accounts WHERE cleared_at IS NULL")
        { accounts.insert(try account(row)) }
        return accounts
    }

    func transaction(
        _ body: () throws(PostgresError) -> Void
    ) throws(PostgresError) {
        try connection.transaction { () throws(PostgresError) in
            try body()
            return .commit(())
        }
    }
}

/// Why an account's persistence stopped.
struct ParkingFault: Equatable {
    enum Reason: String { case refused, gap, fork, unreadable }

    let reason: Reason
    let number: Int64
    let detail: String
    var sqlState: String?
    var constraint: String?
}
