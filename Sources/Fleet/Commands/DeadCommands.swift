import RedisDriver
import ServiceRuntime
import Shared

/// `fleet dead list` and `show`: messages that somebody has to look at.
enum DeadCommands {
    static let list = CommandSpec(
        path: ["dead", "list"], summary: "list dead letters, the newest last",
        options: LetterFilter.options + [
            Option("limit", "count", "at most so many, the newest (default 100)")
        ],
        examples: [
            "fleet dead list", "fleet dead list --queue close --json",
            "fleet dead list --reason late_fill,second_fill --since 1d",
        ],
        run: { try list($0, $1) })

    static let show = CommandSpec(
        path: ["dead", "show"], summary: "print a dead letter whole",
        positionals: [Positional("id", "<queue>:<partition>/<entry>, as the list has it")],
        examples: ["fleet dead show open:3/1795259339885-0"],
        run: { try show($0, $1) })

    private static func list(_ invocation: Invocation, _ context: Context) throws -> Report {
        let limit = try invocation.integer("limit", in: 1...100_000) ?? 100
        let desk = try LetterDesk(context)
        try desk.checkQueue(invocation)
        let filter = try LetterFilter(
            invocation, now: try context.redis().clock(of: Keys.topology.slot))
        let letters = try desk.letters(of: filter.queue).filter(filter.matches)
        var table = Table([
            .init("id"), .init("died"), .init("reason"), .init("key"), .init("event"),
            .init("detail"),
        ])
        for letter in letters.suffix(limit) {
            table.add([
                .string(letter.name), .string(Timestamp.text(letter.diedAt)),
                .string(letter.reasonText), JSONValue(letter.entry.fields["key"]),
                JSONValue(letter.entry.fields["event"]), JSONValue(letter.detail),
            ])
        }
        var report = Report()
        let total = filter.isEmpty ? letters.count : Int(try desk.count())
        report.line("dead letters: \(total)", "count", JSONValue(total))
        if !filter.isEmpty {
            report.line("these: \(letters.count)", "matching", JSONValue(letters.count))
        }
        if table.rows.isEmpty {
            report.fact("dead_letters", .array([]))
        } else {
            report.table(table, "dead_letters")
        }
        return report
    }

    private static func show(_ invocation: Invocation, _ context: Context) throws -> Report {
        let name = invocation.word(0)
        let desk = try LetterDesk(context)
        let parts = name.split(separator: "/").map(String.init)
        guard let entry = parts.last.flatMap({ EntryID($0) }),
            let lane = desk.lanes.first(where: { name == DeadLetter.name(of: entry, in: $0) })
        else { throw invocation.fail("'\(name)' is not <queue>:<partition>/<entry>") }
        guard let letter = try desk.letters(of: lane.queueName).first(where: { $0.name == name })
        else { throw Failure("no dead letter '\(name)'") }
        var report = Report()
        report.facts([
            .init("id", .string(name)), .init("died", .string(Timestamp.text(letter.diedAt))),
        ])
        report.facts(
            letter.entry.fields.list.map { .init($0.name, .string($0.value)) }, under: "fields")
        return report
    }
}
