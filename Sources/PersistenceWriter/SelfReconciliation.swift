import Audit
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// The reconciliation that the writer starts by itself. It only reads and tells.
struct SelfReconciliation: Sendable {
    let redis: RedisAddress
    let database: String
    let partitions: Int
    let log: Log
    let counters: any OutcomeCounting & Sendable
    /// The processes take their lanes again and publish what lies in outboxes before there is
    /// anything to compare: longer than a lease lives.
    var settling: Duration = .seconds(10)
    /// Findings that are logged one by one.
    private static let mostTold = 100
    /// One writer of the fleet does it; the number is that of no other lock.
    static let lock: Int64 = 0x4f46_5245

    func run() {
        log.write(.warning, "a Redis server was replaced or started again: reconciling", [:])
        log.flush()
        Thread.rest(settling)
        do {
            guard let report = try report() else { return }
            tell(report)
        } catch {
            counters.alarm("not reconciled", ["error": "\(error)", "do": "fleet reconcile"])
        }
        log.flush()
    }

    /// Nil where another writer is at it.
    func report() throws -> AuditReport? {
        let connection = try PostgresConnection(
            url: database, settings: PostgresSettings(applicationName: "reconcile"),
            notices: { log.write(.warning, "postgres notice", ["notice": "\($0)"]) })
        let locking = try connection.query(
            "SELECT pg_try_advisory_lock($1) AS mine", [.integer(Self.lock)])
        guard try locking[0].bool("mine") else { return nil }
        return try Reconciliation(
            redis: redis, postgres: connection, partitions: partitions
        ).run()
    }

    /// One line a finding, and one alarm for all of them.
    func tell(_ report: AuditReport) {
        for finding in report.findings.prefix(Self.mostTold) {
            log.write(
                .error, "reconcile found a difference",
                [
                    "account": finding.account, "check": finding.check.rawValue,
                    "detail": finding.detail,
                ])
        }
        guard !report.isClean else {
            return log.write(.info, "reconciled", ["accounts": String(report.accounts)])
        }
        counters.alarm(
            "Redis and Postgres differ",
            [
                "accounts": String(report.accounts), "differences": String(report.findings.count),
            ])
    }
}
