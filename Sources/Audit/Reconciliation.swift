package import PostgresDriver
package import RedisDriver
import ServiceRuntime
import Shared

/// Holds Redis, the events and Postgres against each other, account by account (architecture §3,
/// invariants 3 to 5). It only reads.
package struct Reconciliation {
    private let redis: RedisView
    private let postgres: PostgresView

    /// Accounts a round trip.
    private static let chunk = 200
    /// An account that differs may just be moving: it is looked at again, so often, after a rest.
    private static let looks = 5
    private static let rest: Duration = .milliseconds(200)

    package init(
        redis address: RedisAddress, postgres connection: PostgresConnection, partitions: Int
    ) {
        let stores = RedisStores(address, partitions: partitions)
        redis = RedisView(client: stores.client, stores: stores, partitions: partitions)
        postgres = PostgresView(connection: connection)
    }

    /// Looks at everything, and again at what differs while it may still be moving.
    ///
    /// - Throws: where Redis or Postgres cannot be asked.
    package func run(progress: (Int) -> Void = { _ in }) throws -> AuditReport {
        var report = AuditReport()
        let accounts = Set(try redis.emitted().keys).union(try postgres.accounts()).sorted()
        report.accounts = accounts.count
        var open: [AccountID] = []
        for start in stride(from: 0, to: accounts.count, by: Self.chunk) {
            let chunk = Array(accounts[start..<min(start + Self.chunk, accounts.count)])
            open += try look(at: chunk, &report)
            progress(min(start + Self.chunk, accounts.count))
        }
        for look in 1..<Self.looks where !open.isEmpty {
            Thread.rest(Self.rest)
            report.findings = report.findings.filter { finding in
                !open.contains { $0.tag == finding.account }
            }
            _ = look
            open = try self.look(at: open, &report, counting: false)
        }
        try checkStreams(&report)
        report.findings.sort()
        return report
    }

    /// Returns the accounts that differ.
    private func look(
        at accounts: [AccountID], _ report: inout AuditReport, counting: Bool = true
    ) throws -> [AccountID] {
        let emitted = try redis.emitted()
        let views = redis.views(of: accounts)
        let rows = try postgres.views(of: accounts)
        var odd: [AccountID] = []
        for (account, view) in zip(accounts, views) {
            let found: [Finding]
            switch view {
            case .failure(let error):
                guard !error.isUnavailable else { throw error }
                found = [Finding(account, .unreadable, "\(error)")]
            case .success(let view):
                found =
                    AccountAudit(
                        account, redis: view, emitted: emitted[account], postgres: rows[account]
                    ).findings
                if counting { try count(view, rows[account], &report) }
            }
            report.findings += found
            if !found.isEmpty { odd.append(account) }
        }
        return odd
    }

    private func count(
        _ view: RedisView.View, _ row: PostgresView.View?, _ report: inout AuditReport
    ) throws {
        let account = view.loaded.account
        report.activeOrders += account.book.count
        report.events += row?.events ?? 0
        report.balances = try report.balances + (account.portfolio?.balance ?? .zero)
        if let row, let ledger = try? Money(row.ledger) {
            report.ledger = try report.ledger + ledger
        }
    }

    /// What is still in the streams must carry each account's numbers in order, once.
    private func checkStreams(_ report: inout AuditReport) throws {
        for partition in 0..<redis.partitions {
            var last: [String: Int64] = [:]
            try redis.forEachEvent(of: partition) { event, entry in
                let account = "\(event["user_type"] ?? "?"):\(event["user_id"] ?? "?")"
                guard let number = event["orders_version"].flatMap({ Int64($0) }) else {
                    report.findings.append(
                        Finding(about: account, .unreadable, "entry \(entry) has no number"))
                    return
                }
                if let before = last[account], number != before + 1 {
                    report.findings.append(
                        Finding(
                            about: account, .stream, "entry \(entry): \(number) after \(before)"))
                }
                last[account] = number
            }
        }
    }
}
