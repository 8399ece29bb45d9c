import RedisDriver
import ServiceRuntime
import Shared

/// Whether the fleet was set up, and lives.
struct FleetChecks {
    private let context: Context

    init(_ context: Context) { self.context = context }

    func run() -> [CheckResult] {
        do {
            let redis = try context.redis()
            let topology = try context.topology()
            let now = WallClock.milliseconds()
            return [
                .ok(
                    "topology",
                    "\(topology.partitions) partitions, incarnation \(topology.incarnation)"),
                .demand(
                    "script version", topology.scriptVersion == RedisTopology.scriptVersion,
                    "\(topology.scriptVersion), this tool has \(RedisTopology.scriptVersion)"),
                messages(topology),
                .clock("redis clock", try redis.clock(of: Keys.topology.slot), now),
                try groups(redis, topology),
            ] + Self.processes(try ProcessSurvey.look(redis), topology)
        } catch {
            return [.failed("topology", "\(error)")]
        }
    }

    private func messages(_ topology: Topology) -> CheckResult {
        .demand(
            "message version", MessageVersion.known.contains(topology.version),
            "\(topology.version) is agreed, this tool knows \(MessageVersion.knownText)")
    }

    private func groups(_ redis: RedisClient, _ topology: Topology) throws -> CheckResult {
        let lanes = (0..<topology.partitions).flatMap { LaneID.all(of: $0, topology.providers) }
        let replies = redis.pipeline(
            lanes.map { lane in
                RedisCommand(
                    "XPENDING", slot: lane.slot.number, [lane.stream.text, lane.group.rawValue])
            })
        var missing: [LaneID] = []
        for (lane, reply) in zip(lanes, replies) {
            guard case .failure(let error) = reply else { continue }
            guard error.name == .noGroup else { throw error }
            missing.append(lane)
        }
        guard let first = missing.first else {
            return .ok("consumer groups", "\(lanes.count) of \(lanes.count)")
        }
        return .failed(
            "consumer groups", "\(missing.count) missing, such as \(first): run 'fleet init'")
    }

    /// Each process that must run, the connection to each provider included, and whether every
    /// partition has an owner.
    static func processes(_ living: [ProcessState], _ topology: Topology) -> [CheckResult] {
        FleetServices.names.filter { $0 != simulator }
            .map { process($0, living, topology, instead: "") }
            + topology.wired.map { provider in
                let answers = living.contains {
                    $0.service == simulator && $0.queue == Role.provider(provider).name
                }
                return process(
                    FleetServices.connection(to: provider.name), living, topology,
                    instead: answers ? "; \(simulator) answers for it" : "")
            }
    }

    private static let simulator = "provider-simulator"

    private static func process(
        _ service: String, _ living: [ProcessState], _ topology: Topology, instead: String
    ) -> CheckResult {
        let members = living.filter { $0.service == service }
        let owned = members.flatMap { $0.partitions.split(separator: ",") }.count
        let detail =
            "\(members.count) running, \(owned) of \(topology.partitions) partitions" + instead
        let name = "process \(service)"
        return owned == topology.partitions ? .ok(name, detail) : .warning(name, detail)
    }
}
