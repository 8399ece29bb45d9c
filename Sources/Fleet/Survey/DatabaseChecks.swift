import PostgresDriver
import ServiceRuntime
import Shared

/// Whether Postgres is there and has the schema of this fleet.
struct DatabaseChecks {
    private let context: Context
    private let folder: String

    init(_ context: Context, folder: String) {
        self.context = context
        self.folder = folder
    }

    func run() -> [CheckResult] {
        do {
            let database = try context.database()
            let rows = try database.query(
                """
                SELECT current_setting('server_version') AS version,
                    current_setting('synchronous_commit') AS sync,
                    (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now
                """)
            let version = try rows[0].text("version")
            let major = version.split(separator: ".").first.flatMap { Int($0) } ?? 0
            let sync = try rows[0].text("sync")
            return [
                .demand("postgres version", major >= 15, "\(version), must be 15 or later"),
                .demand("postgres commits", sync != "off", "synchronous_commit \(sync)"),
                clock(try rows[0].int64("now"), at: WallClock.milliseconds()),
                migrations(database),
            ]
        } catch {
            return [.failed("postgres", "\(error)")]
        }
    }

    /// False also where nobody can tell; then the check of Postgres has failed already.
    func hasLiveAccounts() -> Bool {
        do {
            let rows = try context.database().query(
                "SELECT EXISTS (SELECT FROM accounts WHERE user_type = 'live') AS any")
            return try rows[0].bool("any")
        } catch {
            return false
        }
    }

    private func migrations(_ database: PostgresConnection) -> CheckResult {
        let name = "postgres migrations"
        do {
            let pending = try Migrator.pending(
                connection: database, folder: try MigrationFolder(path: folder))
            return .demand(
                name, pending.isEmpty,
                pending.isEmpty ? "current" : "pending: \(pending.joined(separator: ", "))")
        } catch {
            return .failed(name, "\(error)")
        }
    }

    private func clock(_ theirs: Int64, at ours: Int64) -> CheckResult {
        CheckResult.clock("postgres clock", theirs, ours)
    }
}

extension CheckResult {
    /// Nothing compares clocks of two machines, but people compare their logs.
    static func clock(_ check: String, _ theirs: Int64, _ ours: Int64) -> CheckResult {
        let apart = theirs - ours
        let detail = "\(apart) ms from this machine's"
        return abs(apart) < 1_000 ? .ok(check, detail) : .warning(check, detail)
    }
}
