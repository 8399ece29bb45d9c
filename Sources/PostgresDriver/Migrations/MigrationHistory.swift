/// The files of a folder beside what the table `schema_migrations` says was applied.
struct MigrationHistory {
    let migrations: [Migration]
    /// SHA-256 of each file, in hex, by Postgres' own function.
    private let checksums: [String]

    struct Row {
        let version: Int64
        let name: String
        let checksum: String
    }

    init(_ folder: MigrationFolder, _ connection: PostgresConnection) throws(MigrationError) {
        migrations = folder.migrations
        do {
            checksums = try Self.checksums(folder.migrations.map(\.sql), connection)
        } catch {
            throw Migrator.failed("", error)
        }
    }

    /// Applied files must be the folder's first ones, unchanged.
    func check(_ rows: [Row]) -> Result<Void, MigrationError> {
        for (index, row) in rows.enumerated() {
            guard index < migrations.count, migrations[index].version == row.version else {
                let why = "version \(row.version) was applied, but is not in the folder"
                return .failure(MigrationError(.unknown, row.name, why))
            }
            guard checksums[index] == row.checksum else {
                let why = "changed since it was applied: mend it with a new file"
                return .failure(MigrationError(.changed, migrations[index].name, why))
            }
        }
        return .success(())
    }

    func note(_ index: Int, _ connection: PostgresConnection) throws(PostgresError) {
        _ = try connection.query(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            [
                .integer(migrations[index].version), .text(migrations[index].name),
                .text(checksums[index]),
            ])
    }
}

extension MigrationHistory {
    /// Any number, the same for all runners of this database.
    private static let lockKey: Int64 = 0x6F72_6465_7266_6C74

    /// Held to the end of the transaction; makes the table at the very first run.
    static func lock(_ connection: PostgresConnection) throws(PostgresError) {
        _ = try connection.query("SELECT pg_advisory_xact_lock($1)", [.integer(lockKey)])
        _ = try connection.query(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version BIGINT PRIMARY KEY CHECK (version > 0),
                name TEXT NOT NULL,
                checksum TEXT NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
                applied_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
            )
            """)
    }

    static func read(_ connection: PostgresConnection) throws(PostgresError) -> [Row] {
        let rows = try connection.query(
            "SELECT version, name, checksum FROM schema_migrations ORDER BY version")
        return try rows.map { row throws(PostgresError) in
            Row(
                version: try row.int64("version"), name: try row.text("name"),
                checksum: try row.text("checksum"))
        }
    }

    private static func checksums(
        _ texts: [String], _ connection: PostgresConnection
    ) throws(PostgresError) -> [String] {
        let rows = try connection.query(
            """
            SELECT encode(sha256(convert_to(sql, 'UTF8')), 'hex') AS checksum
            FROM unnest($1::text[]) WITH ORDINALITY AS file (sql, place) ORDER BY place
            """,
            [.array(texts)])
        return try rows.map { row throws(PostgresError) in try row.text("checksum") }
    }
}
