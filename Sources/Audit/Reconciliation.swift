package import PostgresDriver
package import RedisDriver
import ServiceRuntime
import Shared

/// Holds Redis, the events and Postgres against each other, account by account (architecture §3,
/// invariants 3 to 5). It only reads.
package struct Reconciliation {
    private let redis: RedisView
    private let postgres: PostgresView
    private let rest: Duration

    /// Accounts a few round trips.
    private static let chunk = 250
    /// An account that differs may just be moving. What is found of it counts when so many looks in
    /// a row find the same, and after the last look in any case.
    private static let sameLooks = 3
    private static let mostLooks = 25

    /// - Parameter rest: between two looks at an account that differs.
    package init(
        redis address: RedisAddress, postgres connection: PostgresConnection, partitions: Int,
        rest: Duration = .milliseconds(200)
    ) {
        let stores = RedisStores(address, partitions: partitions)
        redis = RedisView(client: stores.client, stores: stores, partitions: partitions)
        postgres = PostgresView(connection: connection)
        self.rest = rest
    }

    /// Looks at everything, and again at what differs while it may still be moving.
    ///
    /// - Parameter progress: told how many accounts were looked at.
    /// - Throws: where Redis or Postgres cannot be asked.
    package func run(progress: (Int) -> Void = { _ in }) throws -> AuditReport {
        var report = AuditReport()
        let accounts = Set(try redis.accounts()).union(try postgres.accounts()).sorted()
        report.accounts = accounts.count
        var open: [AccountID: [Finding]] = [:]
        for start in stride(from: 0, to: accounts.count, by: Self.chunk) {
            let chunk = Array(accounts[start..<min(start + Self.chunk, accounts.count)])
            for (account, findings) in try look(at: chunk, counting: &report) {
                open[account] = findings
            }
            progress(start + chunk.count)
        }
        report.findings = try lookAgain(at: open)
        for partition in 0..<redis.partitions {
            report.findings += try streamFindings(partition)
        }
        report.findings.sort()
        return report
    }

    private func lookAgain(at odd: [AccountID: [Finding]]) throws -> [Finding] {
        var open = odd
        var looks = odd.mapValues { _ in 1 }
        var final: [Finding] = []
        for number in 2...Self.mostLooks where !open.isEmpty {
            Thread.rest(rest)
            var report = AuditReport()
            let accounts = open.keys.sorted()
            var next: [AccountID: [Finding]] = [:]
            for start in stride(from: 0, to: accounts.count, by: Self.chunk) {
                let chunk = Array(accounts[start..<min(start + Self.chunk, accounts.count)])
                for (account, findings) in try look(at: chunk, counting: &report) {
                    let same = open[account] == findings
                    looks[account] = same ? looks[account, default: 0] + 1 : 1
                    if looks[account] == Self.sameLooks || number == Self.mostLooks {
                        final += findings
                    } else {
                        next[account] = findings
                    }
                }
            }
            open = next
        }
        return final
    }

    /// Returns the accounts that differ, with what differs.
    private func look(
        at accounts: [AccountID], counting report: inout AuditReport
    ) throws -> [AccountID: [Finding]] {
        let views = try redis.views(of: accounts)
        let rows = try postgres.views(of: accounts)
        var odd: [AccountID: [Finding]] = [:]
        for (account, view) in zip(accounts, views) {
            let found: [Finding]
            switch view {
            case .failure(let error):
                guard !error.isUnavailable else { throw error }
                found = [Finding(account, .unreadable, "\(error)")]
            case .success(let view):
                found =
                    AccountAudit(account, redis: view, postgres: rows[account]).findings.sorted()
                try count(view, rows[account], &report)
            }
            if !found.isEmpty { odd[account] = found }
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
        if let row { report.ledger = try report.ledger + Money(row.ledger) }
    }

    private func streamFindings(_ partition: Int) throws -> [Finding] {
        var audit = StreamAudit(published: try redis.published(of: partition))
        try redis.forEachEventPage(of: partition) { page in
            try audit.take(page, tokens: postgres.tokens)
        }
        audit.finish()
        return audit.findings
    }
}
