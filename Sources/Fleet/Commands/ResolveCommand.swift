import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet order resolve`: the answer to a request that the provider owes, as a person has verified it.
enum ResolveCommand {
    static let spec = CommandSpec(
        path: ["order", "resolve"],
        summary: "report what a person has verified of a request that got no answer",
        positionals: [
            Positional("id", "the order id, or the id of its request (CLS…, MOD…, CXL…, SL…, …)")
        ],
        options: [
            Option("as", "verdict", "filled, confirmed, cancelled or rejected", required: true),
            Option("price", "price", "of a fill, as the provider has it, before our half spread"),
            Option(
                "exec-id", "id",
                "the provider's own, where it is known: should it report after all, that is a repeat"
            ),
            Operator.requiredBy, Option("note", "text", "what it was verified with"),
            Option("letters", "ids", "dead letters that this settles, by commas"),
            Option("wait", nil, "wait for the result too, and print the order"),
            CommonOptions.timeout,
        ],
        notes: [
            "The report goes through the fleet as the provider's would, under the person's name. Said "
                + "again it changes nothing. 'fleet status' shows requests without an answer."
        ],
        examples: [
            "fleet order resolve 8412349871234 --as filled --price 1.0842 --by ann --note phone",
            "fleet order resolve CLS8412349875555 --as rejected --by ann --wait",
        ],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let id = try invocation.word(0, "id") { try LifecycleID($0) }
        let verdict = try invocation.required("as") { try Resolution.Verdict(text: $0) }
        let price = try invocation.option("price") { try Price($0) }
        let execID = try invocation.option("exec-id", Operator.name)
        let by = try invocation.required("by", Operator.name)
        let note = try invocation.option("note", Operator.note)
        let redis = try context.redis()
        guard let key = try OrderFinder.find(id, context) else {
            throw Failure("nobody knows '\(id)'")
        }
        let fields = try redis.fields(of: key.account.holdings(key.order))
        guard !fields.isEmpty else {
            throw Failure("order \(key.order) is no longer kept: its dead letters can be redriven")
        }
        let order = try Order(fields, account: key.account)
        let letters = try Letters(invocation, of: order, context)
        if order.applied.contains(Resolution.event(id, verdict, execID).text) {
            return try settle(
                letters, by: by, note, Report.resolved(order, id, isRepeat: true), context)
        }
        let resolution = try Resolution(
            verdict, of: id, order, price: price, execID: execID, by: by, note: note)
        let watch = invocation.has("wait") ? try ResolveWatch(resolution, context) : nil
        try send(resolution, context)
        var report = Report.resolved(order, id, isRepeat: false)
        report.facts([
            .init("as", .string(verdict.rawValue)), .init("exec_id", .string(resolution.execID)),
            .init("by", .string(by)),
        ])
        if let watch {
            let after = try watch.wait(within: invocation.timeout())
            report.facts(OrderViews.facts(of: after), under: "order")
        }
        return try settle(letters, by: by, note, report, context)
    }

    private static func send(_ resolution: Resolution, _ context: Context) throws {
        let partitions = try context.topology().partitions
        let account = resolution.order.account
        let stores = RedisStores(
            try context.redis().address, partitions: partitions,
            replicas: try context.settings.waitReplicas())
        let report = resolution.report(at: try context.redis().clock(of: Keys.topology.slot))
        let placed = PlacedReport(partition: account.partition(of: partitions), report: report)
        // First, so that a refusal which a person has verified is not in doubt.
        let lane = LaneID(
            queue: .provider(resolution.order.placement.flow), account.partition(of: partitions))
        try stores.wire.resolved(lane, resolution.id)
        for result in stores.reports.send([placed]) { try result.get() }
    }

    /// Dead letters that the report makes superfluous.
    private struct Letters {
        let letters: [DeadLetter]
        let store: RedisDeadLetterStore?

        init(_ invocation: Invocation, of order: Order, _ context: Context) throws {
            guard let text = invocation.option("letters") else {
                (letters, store) = ([], nil)
                return
            }
            let desk = try LetterDesk(context)
            let all = try desk.letters()
            letters = try text.split(separator: ",").map { name in
                guard let letter = all.first(where: { $0.name == name }) else {
                    throw Failure("no dead letter '\(name)'")
                }
                let kind = letter.entry.fields["order_id"].flatMap { try? LifecycleID($0) }
                    .flatMap { order.kind(of: $0) }
                guard letter.key == order.key || kind != nil else {
                    throw Failure("dead letter '\(name)' is not about order \(order.id)")
                }
                return letter
            }
            store = desk.store
        }
    }

    private static func settle(
        _ settled: Letters, by: String, _ note: String?, _ report: Report, _ context: Context
    ) throws -> Report {
        guard let store = settled.store else { return report }
        var report = report
        let claimed = try LetterClaim.claim(
            settled.letters, .resolved, by: DeadLetterArchive.Actor(name: by, note: note),
            try context.database())
        var count = 0
        for letter in settled.letters where claimed.contains(letter.name) {
            if let event = letter.event, let key = letter.key {
                try store.remark(event, of: key, as: .dropped, entry: letter.queued)
            }
            count += try store.remove(letter) ? 1 : 0
        }
        report.line("dead letters settled: \(count)", "letters", JSONValue(count))
        return report
    }
}

extension Report {
    fileprivate static func resolved(_ order: Order, _ id: LifecycleID, isRepeat: Bool) -> Report {
        var report = Report()
        report.facts([
            .init("account", .string(order.account.tag)), .init("order_id", .string(order.id.text)),
            .init("id", .string(id.text)), .init("state_before", .string(order.state.rawValue)),
        ])
        if isRepeat {
            report.line("this was said before: nothing changes", "repeat", .bool(true))
        }
        return report
    }
}

/// Waits until a resolution has been applied.
private struct ResolveWatch {
    private let resolution: Resolution
    private let redis: RedisClient
    private let follower: EventFollower

    /// Made before the report is sent.
    init(_ resolution: Resolution, _ context: Context) throws {
        self.resolution = resolution
        redis = try context.redis()
        let partitions = try context.topology().partitions
        follower = try EventFollower(
            redis, partitions: [resolution.order.account.partition(of: partitions)])
    }

    /// The order's fields once its event is applied.
    func wait(within limit: Duration) throws -> Fields {
        let order = resolution.order
        let deadline = MonotonicTime.now().advanced(by: limit)
        while MonotonicTime.now() < deadline {
            let events = try follower.events(within: .seconds(1))
            if events.contains(where: { $0["event_id"] == resolution.event.text }) {
                return try redis.fields(of: order.account.holdings(order.id))
            }
        }
        throw Failure(
            "not applied after \(limit.components.seconds) s: 'fleet dead list --order "
                + "\(order.id)' and 'fleet trace \(order.id)' tell why")
    }
}
