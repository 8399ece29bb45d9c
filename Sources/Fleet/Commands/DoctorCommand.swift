import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet doctor`: whether everything that the fleet stands on is as it must be.
enum DoctorCommand {
    static let spec = CommandSpec(
        path: ["doctor"], summary: "check servers, schema, topology, groups, processes, clocks",
        options: [CommonOptions.migrations],
        notes: ["Exit 1 if a check failed; warnings do not count."],
        examples: ["fleet doctor", "fleet doctor --json"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let redis = try context.redis()
        let database = DatabaseChecks(context, folder: invocation.migrationFolder)
        var results = database.run()
        results += RedisChecks(
            redis, replicas: try context.settings.waitReplicas(),
            hasLiveMoney: database.hasLiveAccounts()
        ).run()
        results += FleetChecks(context).run()
        var table = Table([.init("verdict"), .init("check"), .init("detail")])
        for result in results {
            table.add([
                .string(result.verdict.rawValue), .string(result.check), .string(result.detail),
            ])
        }
        var report = Report()
        report.table(table, "checks")
        let failed = results.count { $0.verdict == .failed }
        let warnings = results.count { $0.verdict == .warning }
        report.line(
            "doctor: \(failed) failed, \(warnings) warnings", "failed", JSONValue(failed))
        report.fact("warnings", JSONValue(warnings))
        if failed > 0 { report.fail() }
        return report
    }
}
