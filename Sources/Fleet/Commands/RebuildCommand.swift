import Audit
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet rebuild`: accounts put back from Postgres.
enum RebuildCommand {
    static let spec = CommandSpec(
        path: ["rebuild"], summary: "put accounts back from Postgres, after Redis lost writes",
        positionals: [
            Positional(
                "account", "<user_type>:<id>, such as live:42; or --all", count: .any)
        ],
        options: [
            Option("all", nil, "every account that Postgres knows, and the terms of groups"),
            Option("dry-run", nil, "only print what each account needs"),
            Option(
                "discard", nil, "throw steps away that Redis knows and Postgres will never know"),
            Operator.by,
            Option("timeout", "seconds", "how long events may take to reach Postgres (default 30)"),
        ],
        notes: [
            "An empty Redis needs 'fleet init' first. An account is parked while it is rebuilt: its "
                + "commands are refused and its reports become dead letters, which return by 'fleet "
                + "dead redrive --reason account_parked'. Accounts that are fine are left alone.",
            "The incarnation is raised when anything was restored. What providers reported since the "
                + "last persisted step must be sent again. Exit 1 if an account waits for something, in a "
                + "dry run too.",
        ],
        examples: [
            "fleet rebuild live:42 --dry-run", "fleet rebuild --all",
            "fleet rebuild live:42 --discard --by ann",
        ],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        guard invocation.positionals.isEmpty == invocation.has("all") else {
            throw invocation.fail("name accounts, or say --all")
        }
        let person = try invocation.actor().name
        let timeout = try invocation.integer("timeout", in: 0...3_600) ?? 30
        let rebuild = Rebuild(
            redis: try RedisAddress(context.settings.text("REDIS_URL")),
            postgres: try context.database(), partitions: try context.topology().partitions,
            replicas: try context.settings.waitReplicas(), patience: .seconds(timeout))
        let named = try invocation.positionals.indices.map { try invocation.account($0) }
        let accounts = invocation.has("all") ? try rebuild.accounts() : named
        let isDry = invocation.has("dry-run")
        let discard = invocation.has("discard")
        if invocation.has("all"), !isDry { _ = try rebuild.restoreTerms() }
        var progress = Progress()
        defer { progress.end() }
        var verdicts: [(AccountID, RebuildVerdict)] = []
        for (index, account) in accounts.enumerated() {
            let verdict =
                isDry
                ? try rebuild.verdict(on: account, discard: discard)
                : try rebuild.run(account, discard: discard, by: person)
            guard let verdict else { throw Failure("Postgres does not know account \(account)") }
            verdicts.append((account, verdict))
            progress.say("accounts \(index + 1) of \(accounts.count)")
        }
        if !isDry, verdicts.contains(where: { $0.1.isRestored }) { try rebuild.raiseIncarnation() }
        return report(verdicts)
    }

    private static func report(_ verdicts: [(AccountID, RebuildVerdict)]) -> Report {
        var report = Report()
        var table = Table([.init("account"), .init("verdict")])
        for (account, verdict) in verdicts where verdict != .fine {
            table.add([.string(account.tag), .string("\(verdict)")])
        }
        if table.rows.isEmpty {
            report.fact("accounts", .array([]))
        } else {
            report.table(table, "accounts")
        }
        let fine = verdicts.count { $0.1 == .fine }
        report.line("fine: \(fine) of \(verdicts.count)", "fine", JSONValue(fine))
        if verdicts.contains(where: { $0.1.isWaiting }) { report.fail() }
        return report
    }
}

extension RebuildVerdict {
    fileprivate var isRestored: Bool {
        switch self {
        case .restore: true
        case .fine, .resume, .waits: false
        }
    }

    fileprivate var isWaiting: Bool {
        switch self {
        case .waits: true
        case .fine, .resume, .restore: false
        }
    }
}
