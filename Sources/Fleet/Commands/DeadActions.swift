import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet dead redrive` and `drop`: what a person does with dead letters, and who it was.
enum DeadActions {
    private static let choosing = [
        Option("all", nil, "every letter; needed where nothing else says which"),
        Option("dry-run", nil, "only print what would change"),
    ]

    static let redrive = CommandSpec(
        path: ["dead", "redrive"], summary: "bring dead letters back into their queues",
        positionals: [LetterFilter.names],
        options: LetterFilter.options + choosing + [
            Operator.by, Option("note", "text", "why, for the archive"),
        ],
        notes: [
            "In the order of their arrival. Later events of an order that wait for one that died of "
                + "failure return with it; letters of a parked account return once it trades again; an "
                + "order that got a late fill is restored from Postgres first. A message to a provider "
                + "that may have been sent (in_doubt) returns only where it is named by its id: its "
                + "provider may get it a second time, so ask there first, then 'fleet order resolve'.",
            "Who did what is kept in Postgres, table dead_letters. Repeating the command is harmless. "
                + "Exit 1 if a letter that was meant could not return, in a dry run too.",
        ],
        examples: [
            "fleet dead redrive open:3/1795259339885-0 --dry-run",
            "fleet dead redrive --reason attempts,crash_loop --since 2h",
            "fleet dead redrive --account live:42 --by ann --note rate-feed-was-away",
        ],
        run: { try redrive($0, $1) })

    static let drop = CommandSpec(
        path: ["dead", "drop"], summary: "throw dead letters away; the archive keeps them",
        positionals: [LetterFilter.names],
        options: LetterFilter.options + choosing + [
            Operator.by, Option("note", "text", "why, for the archive", required: true),
        ],
        notes: [
            "Their events stay dead: a repeat changes nothing. Later events of the order no longer "
                + "wait for them. An account that is parked stays parked.",
            "Who did what is kept in Postgres, table dead_letters, with the whole message.",
        ],
        examples: [
            "fleet dead drop reports:1/1795259339885-0 --note bank-confirmed-no-such-trade",
            "fleet dead drop --reason unknown_status --until 1d --note test-feed --dry-run",
        ],
        run: { try drop($0, $1) })

    /// The letters that are meant.
    private static func chosen(
        _ invocation: Invocation, _ desk: LetterDesk, _ context: Context
    ) throws -> (chosen: [DeadLetter], all: [DeadLetter]) {
        try desk.checkQueue(invocation)
        let filter = try LetterFilter(
            invocation, now: try context.redis().clock(of: Keys.topology.slot))
        guard !filter.isEmpty || invocation.has("all") else {
            throw invocation.fail("say which: ids, --reason, --account, …, or --all")
        }
        let all = try desk.letters()
        for name in filter.names.sorted() where !all.contains(where: { $0.name == name }) {
            throw Failure("no dead letter '\(name)'")
        }
        return (all.filter(filter.matches), all)
    }

    private static func redrive(_ invocation: Invocation, _ context: Context) throws -> Report {
        let actor = try invocation.actor()
        let desk = try LetterDesk(context)
        let (chosen, all) = try chosen(invocation, desk, context)
        let redrive = Redrive(desk, context)
        let followers = RedrivePlan.followers(of: chosen, among: all)
        let plan = RedrivePlan(
            chosen, among: all, named: Set(invocation.positionals),
            try redrive.standing(for: chosen + followers))
        if invocation.has("dry-run") {
            let count = plan.steps.count(where: \.returns)
            var report = report(
                plan.steps.map { ($0.letter, $0.follows, $0.fate.text(in: $0.letter.lane)) },
                "would return", count: count)
            if count < plan.steps.count { report.fail() }
            return report
        }
        let outcomes = try redrive.run(plan, by: actor)
        let done = outcomes.count(where: \.isDone)
        var report = report(
            outcomes.map { ($0.step.letter, $0.step.follows, $0.text) }, "returned", count: done)
        if done < outcomes.count { report.fail() }
        return report
    }

    private static func drop(_ invocation: Invocation, _ context: Context) throws -> Report {
        let actor = try invocation.actor()
        let desk = try LetterDesk(context)
        let (letters, _) = try chosen(invocation, desk, context)
        if invocation.has("dry-run") {
            return report(
                letters.map { ($0, false, "thrown away") }, "would go", count: letters.count)
        }
        let claimed = try LetterClaim.claim(letters, .dropped, by: actor, try context.database())
        var rows: [(DeadLetter, Bool, String)] = []
        var count = 0
        for letter in letters {
            guard claimed.contains(letter.name) else {
                rows.append((letter, false, "stays: somebody else acts on it; again in a minute"))
                continue
            }
            // Nothing waits for it any more, and it still changes nothing.
            if let event = letter.event, let key = letter.key {
                try desk.store.remark(event, of: key, as: .dropped, entry: letter.queued)
            }
            let isGone = try desk.store.remove(letter)
            rows.append((letter, false, isGone ? "thrown away" : "stays: it is gone"))
            count += isGone ? 1 : 0
        }
        var report = report(rows, "thrown away", count: count)
        if count < letters.count { report.fail() }
        return report
    }

    private static func report(
        _ rows: [(letter: DeadLetter, follows: Bool, text: String)], _ what: String, count: Int
    ) -> Report {
        var table = Table([
            .init("id"), .init("reason"), .init("key"), .init("event_id"), .init("outcome"),
        ])
        for row in rows {
            table.add([
                .string(row.letter.name), .string(row.letter.reasonText),
                JSONValue(row.letter.entry.fields["key"]), JSONValue(row.letter.event?.text),
                .string(row.text + (row.follows ? ", with the one it waited for" : "")),
            ])
        }
        var report = Report()
        if rows.isEmpty {
            report.fact("letters", .array([]))
        } else {
            report.table(table, "letters")
        }
        report.line("\(what): \(count) of \(rows.count)", "count", JSONValue(count))
        return report
    }
}

extension RedrivePlan.Step {
    var returns: Bool {
        switch fate {
        case .stays: false
        case .queue, .project: true
        }
    }
}
