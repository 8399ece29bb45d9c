import PostgresDriver

/// `fleet migrate`: the schema of Postgres, brought up to date.
enum MigrateCommand {
    static let spec = CommandSpec(
        path: ["migrate"], summary: "bring the schema of Postgres up to date",
        options: [
            CommonOptions.migrations,
            Option("check", nil, "only tell what would be applied; exit 1 if there is anything"),
        ],
        notes: ["Any number may run at once: an advisory lock lets them take turns."],
        examples: ["fleet migrate", "fleet migrate --check"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let folder = try MigrationFolder(path: invocation.migrationFolder)
        let connection = try context.migrationDatabase()
        var report = Report()
        if invocation.has("check") {
            let pending = try Migrator.pending(connection: connection, folder: folder)
            for name in pending { report.line("pending: \(name)") }
            report.fact("pending", .array(pending.map { .string($0) }))
            report.line("migrations pending: \(pending.count)")
            if !pending.isEmpty { report.fail() }
            return report
        }
        let outcome = try Migrator.run(connection: connection, folder: folder)
        for name in outcome.applied { report.line("applied: \(name)") }
        report.fact("applied", .array(outcome.applied.map { .string($0) }))
        report.line(
            "migrations applied: \(outcome.applied.count), present: \(outcome.present)",
            "present", JSONValue(outcome.present))
        return report
    }
}
