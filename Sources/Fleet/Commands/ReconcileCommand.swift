import Audit
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet reconcile`: Redis, the events and Postgres held against each other.
enum ReconcileCommand {
    static let spec = CommandSpec(
        path: ["reconcile"], summary: "compare Redis, events and Postgres, account by account",
        notes: [
            "Versions and tokens, gap-free events, books, margins, balances against the ledger, orders "
                + "(invariants 3 to 5). Only reads; accounts that are just moving are looked at "
                + "again. Exit 1 and a list when something differs."
        ],
        examples: ["fleet reconcile", "fleet reconcile --json"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let audit = Reconciliation(
            redis: try RedisAddress(context.settings.text("REDIS_URL")),
            postgres: try context.database(), partitions: try context.topology().partitions)
        var progress = Progress()
        let found = try audit.run { accounts in progress.say("accounts \(accounts)") }
        progress.end()
        return report(found)
    }

    static func report(_ found: AuditReport) -> Report {
        var report = Report()
        report.line("accounts: \(found.accounts)", "accounts", JSONValue(found.accounts))
        report.line(
            "active orders: \(found.activeOrders)", "active_orders", JSONValue(found.activeOrders))
        report.line("events: \(found.events)", "events", JSONValue(found.events))
        report.line("sum of balances: \(found.balances)", "balances", .string(found.balances.text))
        report.line("sum of the ledger: \(found.ledger)", "ledger", .string(found.ledger.text))
        var table = Table([.init("account"), .init("check"), .init("detail")])
        for finding in found.findings {
            table.add([
                .string(finding.account), .string(finding.check.rawValue), .string(finding.detail),
            ])
        }
        report.fact("clean", .bool(found.isClean))
        if found.isClean {
            report.fact("findings", .array([]))
            report.line("reconcile: clean")
        } else {
            report.table(table, "findings")
            report.line("reconcile: \(found.findings.count) differences")
            report.fail()
        }
        return report
    }
}
