import PostgresDriver
import Shared

/// What stands in Postgres of accounts, and how a batch joins it: one transaction, sorted by key,
/// guarded by `orders_version` (architecture §5).
final class WriterStore {
    private let connection: PostgresConnection
    /// The first half of the advisory locks of partitions; migrations use locks of one number.
    private static let lockClass: Int64 = 0x4f46

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Tells where each account stands, and keeps it so until the transaction ends: for writers of
    /// this partition, also where an account has no row yet, and for anyone who writes a row.
    func standings(
        of accounts: [AccountID], partition: Int
    ) throws(PostgresError) -> [AccountID: Sequencing.Standing] {
        let sorted = accounts.sorted()
        let rows = try connection.pipeline([
            PostgresStatement(
                "SELECT pg_advisory_xact_lock($1::int, $2::int)",
                [.integer(WriterStore.lockClass), .integer(Int64(partition))]),
            PostgresStatement(
                """
                SELECT user_type, user_id, orders_version, orders_token FROM accounts
                WHERE (user_type, user_id) IN
                    (SELECT * FROM unnest($1::text[], $2::text[]))
                ORDER BY user_type, user_id FOR UPDATE
                """,
                [
                    .array(sorted.map { $0.userType.rawValue }), .array(sorted.map(\.userID)),
                ]),
        ])[1]
        var standings: [AccountID: Sequencing.Standing] = [:]
        for row in rows {
            standings[try row.account()] = Sequencing.Standing(
                number: try row.int64("orders_version"), token: try row.text("orders_token"))
        }
        return standings
    }

    /// The tokens of steps that are there already, to tell a repeat from a fork.
    func tokens(of events: [EventRow]) throws(PostgresError) -> [AccountStep: String] {
        try connection.tokens(
            of: events.map { AccountStep(account: $0.account, number: $0.number) })
    }

    /// Writes new events of which each account's numbers follow on, in one round trip.
    func write(_ events: [EventRow]) throws(PostgresError) {
        _ = try connection.pipeline(try EventTables.statements(for: events))
    }

    /// Notes that an account's persistence has stopped, and why, for a person to clear. What the
    /// detail quotes may be the very byte that no table can keep.
    func park(_ account: AccountID, _ fault: ParkingFault) throws(PostgresError) {
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
                .optional(fault.constraint),
                .text(
                    String(
                        String.UnicodeScalarView(
                            fault.detail.unicodeScalars.filter { $0.value != 0 }))),
            ])
    }

    /// The accounts whose persistence has stopped and that nobody has cleared.
    func parkedAccounts() throws(PostgresError) -> Set<AccountID> {
        var accounts: Set<AccountID> = []
        for row in try connection.query(
            "SELECT user_type, user_id FROM parked_accounts WHERE cleared_at IS NULL")
        { accounts.insert(try row.account()) }
        return accounts
    }

    func transaction<Value>(
        _ body: () throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        try connection.transaction { () throws(PostgresError) in .commit(try body()) }
    }
}
