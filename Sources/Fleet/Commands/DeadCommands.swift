import RedisDriver
import ServiceRuntime
import Shared

/// `fleet dead …`: messages that somebody has to look at.
enum DeadCommands {
    static let list = CommandSpec(
        path: ["dead", "list"], summary: "list dead letters, the newest last",
        options: [
            Option("queue", "name", "only of this queue, such as open or events/persistence"),
            Option("limit", "count", "at most so many of each partition (default 100)"),
        ],
        examples: ["fleet dead list", "fleet dead list --queue close --json"],
        run: { try list($0, $1) })

    static let show = CommandSpec(
        path: ["dead", "show"], summary: "print a dead letter whole",
        positionals: [Positional("id", "<queue>:<partition>/<entry>, as the list has it")],
        examples: ["fleet dead show open:3/1795259339885-0"],
        run: { try show($0, $1) })

    private static func list(_ invocation: Invocation, _ context: Context) throws -> Report {
        let limit = try invocation.integer("limit", in: 1...100_000) ?? 100
        var lanes = try self.lanes(context)
        if let name = invocation.option("queue") {
            lanes = lanes.filter { $0.queueName == name }
            if lanes.isEmpty { throw invocation.fail("--queue '\(name)' is no queue") }
        }
        let redis = try context.redis()
        let counts = try redis.pipeline(
            lanes.map { RedisCommand("XLEN", slot: $0.slot.number, [$0.dead.text]) }
        ).map { try $0.get().number ?? 0 }
        var table = Table([
            .init("id"), .init("died"), .init("reason"), .init("key"), .init("event"),
            .init("detail"),
        ])
        var letters: [(lane: LaneID, letter: StreamEntry)] = []
        for (lane, count) in zip(lanes, counts) where count > 0 {
            letters += try redis.entries(of: lane.dead, count: limit).map { (lane, $0) }
        }
        for (lane, letter) in letters.sorted(by: { $0.letter.milliseconds < $1.letter.milliseconds }
        ) {
            table.add([
                .string(id(of: letter, in: lane)), .string(Timestamp.text(letter.milliseconds)),
                JSONValue(letter.fields["dead_reason"]), JSONValue(letter.fields["key"]),
                JSONValue(letter.fields["event"]), JSONValue(letter.fields["dead_detail"]),
            ])
        }
        var report = Report()
        let total = counts.reduce(0, +)
        report.line("dead letters: \(total)", "count", JSONValue(total))
        if table.rows.isEmpty {
            report.fact("dead_letters", .array([]))
        } else {
            report.table(table, "dead_letters")
        }
        return report
    }

    private static func show(_ invocation: Invocation, _ context: Context) throws -> Report {
        let name = invocation.word(0)
        let parts = name.split(separator: "/").map(String.init)
        guard let entry = parts.last, EntryID(entry) != nil,
            let lane = try lanes(context).first(where: { name == id(entry, in: $0) })
        else { throw invocation.fail("'\(name)' is not <queue>:<partition>/<entry>") }
        let found = try context.redis().entries(of: lane.dead, from: entry, count: 1)
        guard let letter = found.first, letter.id == entry else {
            throw Failure("no dead letter '\(name)'")
        }
        var report = Report()
        report.facts([
            .init("id", .string(name)), .init("died", .string(Timestamp.text(letter.milliseconds))),
        ])
        report.facts(
            letter.fields.list.map { .init($0.name, .string($0.value)) }, under: "fields")
        return report
    }

    static func id(of letter: StreamEntry, in lane: LaneID) -> String { id(letter.id, in: lane) }

    private static func id(_ entry: String, in lane: LaneID) -> String {
        "\(lane.queueName):\(lane.partition)/\(entry)"
    }

    private static func lanes(_ context: Context) throws -> [LaneID] {
        let topology = try context.topology()
        return (0..<topology.partitions).flatMap { partition in
            FleetServices.roles(topology.providers).map { LaneID(queue: $0, partition) }
                + ConsumerGroup.ofEvents.map { LaneID(events: partition, $0) }
        }
    }
}
