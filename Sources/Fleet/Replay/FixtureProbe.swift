import RedisDriver
import ServiceRuntime
import Shared

/// Puts messages into their queues and tells what became of them, as it shows from outside.
struct FixtureProbe {
    /// A message that was put into its queue, or brought back into it, and its entry there.
    struct Handled {
        let entry: FixtureEntry
        let id: String
        let outcome: FixtureOutcome
        /// The dead letter that it became, by name.
        let letter: String?
    }

    private let redis: RedisClient
    private let topology: Topology
    private let desk: LetterDesk
    private let timeout: Duration

    init(_ context: Context, timeout: Duration) throws {
        redis = try context.redis()
        topology = try context.topology()
        desk = try LetterDesk(context)
        self.timeout = timeout
    }

    /// Puts all into their queues, one behind the other, before any is waited for.
    func run(_ entries: [FixtureEntry]) throws -> [Handled] {
        try watch(entries) {
            let replies = redis.append(
                try entries.map { entry in (try lane(of: entry).stream, entry.message) })
            return try replies.map { try $0.get() }
        }
    }

    /// What becomes of messages that somebody else brings into their queues.
    ///
    /// - Parameter bring: does it, and tells their entries.
    func watch(
        _ entries: [FixtureEntry], _ bring: () throws -> [String]
    ) throws -> [Handled] {
        let before = Set(try desk.letters().map(\.name))
        let versions = try entries.map { try version(of: $0.key) }
        let ids = try bring()
        try waitUntilQuiet(try lanes(of: entries))
        let died = try desk.letters().filter { !before.contains($0.name) }
        return try zip(zip(entries, ids), versions).map { pair, version in
            let (entry, id) = pair
            guard entry.role != .orders else {
                return Handled(
                    entry: entry, id: id, outcome: try answer(entry), letter: nil)
            }
            let letter =
                died.first { $0.entry.fields[DeadField.entry] == id }
                ?? died.first { entry.key != nil && $0.key == entry.key }
            return Handled(
                entry: entry, id: id, outcome: try outcome(of: entry, id, letter, version),
                letter: letter?.name)
        }
    }

    private func outcome(
        of entry: FixtureEntry, _ id: String, _ letter: DeadLetter?, _ before: Int64
    ) throws -> FixtureOutcome {
        if let letter { return .dead(letter.reasonText) }
        if try deferrals(of: entry, id) > 0 { return .deferred }
        return try version(of: entry.key) > before ? .applied : .ignored
    }

    /// The order that a command placed.
    func placed(by entry: FixtureEntry) throws -> OrderKey {
        guard let order = try result(of: entry).order else {
            throw Failure("the command placed no order")
        }
        return OrderKey(try entry.account(), order)
    }

    /// How often a message, or what was made of it, was deferred; 0 while it does not wait.
    func deferrals(of entry: FixtureEntry, _ id: String) throws -> Int {
        let order = try entry.order()
        let counts = try lanes(of: [entry]).flatMap { try deferred(in: $0) }.filter { message in
            message.entry == id || message.fields[EntryField.arrival] == id
                || order != nil && message.fields["key"] == order?.text
        }.map { $0.fields[EntryField.deferrals].flatMap { Int($0) } ?? 0 }
        return counts.max() ?? 0
    }

    private func deferred(in lane: LaneID) throws -> [DeferredMessage] {
        let reply = try redis.call(
            RedisCommand("ZRANGE", slot: lane.slot.number, [lane.delayed.text, "0", "-1"])
        ).get()
        return try (reply.elements ?? []).compactMap { try DeferredMessage($0) }
    }

    private func lane(of entry: FixtureEntry) throws -> LaneID {
        LaneID(queue: entry.role, try entry.account().partition(of: topology.partitions))
    }

    /// All queues of the partitions in which the entries lie, but for what is sent to a provider that
    /// nobody serves: that stays in its queue.
    private func lanes(of entries: [FixtureEntry]) throws -> [LaneID] {
        try lanes(
            of: Set(try entries.map { try $0.account().partition(of: topology.partitions) }))
    }

    private func lanes(of partitions: some Sequence<Int>) throws -> [LaneID] {
        try partitions.flatMap { partition in
            FleetServices.roles(topology.providers).map { LaneID(queue: $0, partition) }
        }.filter { lane in
            guard case .queue(.provider) = lane.source else { return true }
            let lease = RedisCommand("EXISTS", slot: lane.slot.number, [lane.lease.text])
            return try redis.call(lease).get().number == 1
        }
    }

    private func version(of key: OrderKey?) throws -> Int64 {
        guard let key else { return 0 }
        let fields = try redis.fields(of: key.account.holdings(key.order))
        return fields["version"].flatMap { Int64($0) } ?? 0
    }

    /// Until nothing lies in any queue; deferred messages do not count.
    func waitUntilQuiet() throws { try waitUntilQuiet(lanes(of: 0..<topology.partitions)) }

    private func waitUntilQuiet(_ lanes: [LaneID]) throws {
        let deadline = MonotonicTime.now().advanced(by: timeout)
        while MonotonicTime.now() < deadline {
            let lengths = try redis.pipeline(
                lanes.map { RedisCommand("XLEN", slot: $0.slot.number, [$0.stream.text]) }
            ).map { try $0.get().number ?? 0 }
            if lengths.allSatisfy({ $0 == 0 }) { return }
            Thread.rest(.milliseconds(5))
        }
        throw Failure("the message was not handled: 'fleet status' tells which process is missing")
    }

    private func answer(_ entry: FixtureEntry) throws -> FixtureOutcome {
        let result = try result(of: entry)
        return result.isAccepted ? .accepted : .refused(result.reason ?? "")
    }

    private func result(of entry: FixtureEntry) throws -> CommandResult {
        let request = try entry.fields.required("request_id") { try RequestID($0) }
        let fields = try redis.fields(of: try entry.account().orderResult(request))
        guard !fields.isEmpty else { throw Failure("\(request) got no answer") }
        return try CommandResult(fields)
    }
}
