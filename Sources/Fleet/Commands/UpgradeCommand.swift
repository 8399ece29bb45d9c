import RedisDriver
import ServiceRuntime
import Shared

/// `fleet upgrade`: the version of messages that processes write from now on.
enum UpgradeCommand {
    static let spec = CommandSpec(
        path: ["upgrade"],
        summary: "raise the version of messages that is written, once all processes read it",
        options: [
            Option("to", "version", "that version (default: the newest that this tool knows)"),
            Option("dry-run", nil, "only print which processes do not know it"),
            Option("force", nil, "also when some do not: they put what they meet of it aside"),
            CommonOptions.patience,
        ],
        notes: [
            "Replace the binaries first, in any order: newer ones write the version that is agreed, "
                + "which the older ones beside them read. Refused, with exit 1, while a living process "
                + "does not know the version. Processes write it from their next heartbeat on.",
            "What a process meets of a version that it does not know becomes a dead letter "
                + "'unknown_version'; once the process is replaced, 'fleet dead redrive --reason "
                + "unknown_version' brings it back. A process that does not know the agreed version "
                + "does not start.",
            "To go back to older binaries, agree on their version first, and wait until 'fleet "
                + "status' shows nothing that was written before.",
        ],
        examples: ["fleet upgrade --dry-run", "fleet upgrade", "fleet upgrade --to 1"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let version =
            try invocation.integer("to", in: 1...1_000_000) ?? MessageVersion.known.upperBound
        let patience = try invocation.patience()
        let agreed = try context.readTopology().version
        let redis = try context.redis()
        let living = try ProcessSurvey.look(redis)
        var report = Report()
        report.facts([
            .init("version", JSONValue(version)), .init("agreed", JSONValue(agreed)),
            .init("processes", JSONValue(living.count)),
        ])
        let lacking = living.filter { !$0.messages.contains(version) }
        report.table(
            table(lacking), "lacking", title: "processes that do not know version \(version):")
        guard lacking.isEmpty || invocation.has("force") else {
            report.line("refused: replace these first")
            report.fail()
            return report
        }
        guard !invocation.has("dry-run") else { return report }
        try RedisTopology.agree(redis, on: version)
        let able = try ProcessSurvey.settled(redis, within: patience) {
            $0.messages.contains(version)
        } when: {
            $0.writes == version
        }
        let all = able.allSatisfy { $0.writes == version }
        report.facts([
            .init("changed", .bool(version != agreed)), .init("settled", .bool(all)),
        ])
        if !all { report.fail() }
        return report
    }

    private static func table(_ states: [ProcessState]) -> Table {
        var table = Table([.init("member"), .init("messages"), .init("writes", numeric: true)])
        for state in states {
            table.add([
                .string(state.member), .string(state.messagesText), JSONValue(state.writes),
            ])
        }
        return table
    }
}
