import RedisDriver
import ServiceRuntime
import Shared

/// Puts a message into its queue and tells what became of it, as it shows from outside.
struct FixtureProbe {
    private let redis: RedisClient
    private let topology: Topology
    private let timeout: Duration
    private static let depth = 10_000

    init(_ context: Context, timeout: Duration) throws {
        redis = try context.redis()
        topology = try context.topology()
        self.timeout = timeout
    }

    func run(_ entry: FixtureEntry) throws -> FixtureOutcome {
        let account = try entry.account()
        let partition = account.partition(of: topology.partitions)
        let lanes = try served(
            FleetServices.roles(topology.providers).map { LaneID(queue: $0, partition) })
        let before = try dead(in: lanes)
        let version = try self.version(of: entry.key)
        let lane = LaneID(queue: entry.role, partition)
        let id = try redis.append([(lane.stream, entry.message)])[0].get()
        try waitUntilQuiet(lanes)
        if entry.role == .orders { return try answer(entry, account) }
        let died = try dead(in: lanes).filter { letter in
            !before.contains { $0.id == letter.id } && concerns(letter.fields, entry, id)
        }
        if let letter = died.first { return .dead(letter.fields["dead_reason"] ?? "") }
        if try isDelayed(entry, id, lanes) { return .deferred }
        return try self.version(of: entry.key) > version ? .applied : .ignored
    }

    /// The order that a command placed.
    func placed(by entry: FixtureEntry) throws -> OrderKey {
        let account = try entry.account()
        guard let order = try result(of: entry, account).order else {
            throw Failure("the command placed no order")
        }
        return OrderKey(account, order)
    }

    /// What is sent to a provider that nobody serves stays in its queue.
    private func served(_ lanes: [LaneID]) throws -> [LaneID] {
        try lanes.filter { lane in
            guard case .queue(.provider) = lane.source else { return true }
            let lease = RedisCommand("EXISTS", slot: lane.slot.number, [lane.lease.text])
            return try redis.call(lease).get().number == 1
        }
    }

    private func concerns(_ fields: Fields, _ entry: FixtureEntry, _ id: String) -> Bool {
        fields["dead_entry"] == id || (entry.key != nil && fields["key"] == entry.key?.text)
    }

    private func version(of key: OrderKey?) throws -> Int64 {
        guard let key else { return 0 }
        let fields = try redis.fields(of: key.account.holdings(key.order))
        return fields["version"].flatMap { Int64($0) } ?? 0
    }

    private func dead(in lanes: [LaneID]) throws -> [StreamEntry] {
        try lanes.flatMap { try redis.entries(of: $0.dead, count: Self.depth) }
    }

    /// Deferred messages are packed; their texts stand in them as they are.
    private func isDelayed(_ entry: FixtureEntry, _ id: String, _ lanes: [LaneID]) throws -> Bool {
        let marks = [id] + (entry.key.map { [$0.text] } ?? [])
        return try lanes.contains { lane in
            let reply = try redis.call(
                RedisCommand("ZRANGE", slot: lane.slot.number, [lane.delayed.text, "0", "-1"])
            ).get()
            return (reply.elements ?? []).contains { packed in
                let text = packed.anyText
                return marks.contains { text.contains($0) }
            }
        }
    }

    /// Until nothing lies in any queue of the partition; deferred messages do not count.
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

    private func answer(_ entry: FixtureEntry, _ account: AccountID) throws -> FixtureOutcome {
        let result = try result(of: entry, account)
        return result.isAccepted ? .accepted : .refused(result.reason ?? "")
    }

    private func result(of entry: FixtureEntry, _ account: AccountID) throws -> CommandResult {
        let request = try entry.fields.required("request_id") { try RequestID($0) }
        let fields = try redis.fields(of: account.orderResult(request))
        guard !fields.isEmpty else { throw Failure("\(request) got no answer") }
        return try CommandResult(fields)
    }
}
