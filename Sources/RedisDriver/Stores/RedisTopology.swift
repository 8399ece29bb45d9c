package import ServiceRuntime
package import Shared

/// The layout of a fleet in Redis: `fleet:topology`, and the streams with their groups.
package enum RedisTopology {
    /// The version of what server-side scripts leave in keys. A process does not start where the
    /// topology names another: two versions must not work side by side.
    package static let scriptVersion = "1"

    /// Makes all streams and groups, and writes the topology. What is there already stays, so it may
    /// be repeated, and providers may be added.
    ///
    /// - Throws: `refused` where the partitions would change while a queue holds something, since
    ///   its messages would lie in partitions that are not theirs.
    /// - Returns: the topology as it now stands.
    @discardableResult
    package static func initialise(
        _ client: RedisClient, partitions: Int, providers: Set<Provider>
    ) throws(StoreError) -> Topology {
        guard (1...256).contains(partitions) else {
            throw .refused(operation: "init", detail: "partitions \(partitions): 1 to 256")
        }
        let store = StoreClient(client)
        let coordination = RedisCoordinationStore(store)
        let known = try coordination.topology()
        let all = try providers.union(named(known)).sorted { $0.name < $1.name }
        if let old = known.present("partitions").flatMap({ Int($0) }), old != partitions {
            try checkEmpty(store, partitions: old, providers: all)
        }
        try makeGroups(store, partitions: partitions, providers: all)
        try write(store, partitions: partitions, providers: all)
        do {
            return try Topology(try coordination.topology())
        } catch {
            throw .refused(operation: "init", detail: "\(error)")
        }
    }

    private static func write(
        _ store: StoreClient, partitions: Int, providers: [Provider]
    ) throws(StoreError) {
        let replies = store.run([
            RedisCommand(
                "HSET", Keys.topology,
                [
                    "partitions", String(partitions),
                    "script_version", scriptVersion,
                    "providers", providers.map(\.name).joined(separator: ","),
                    "groups", ConsumerGroup.allCases.map(\.rawValue).joined(separator: ","),
                ]),
            RedisCommand("HSETNX", Keys.topology, ["incarnation", "1"]),
            RedisCommand(
                "HSETNX", Keys.topology, ["version", String(MessageVersion.known.upperBound)]),
        ])
        for reply in replies { _ = try reply.get() }
    }

    private static func named(_ topology: Fields) throws(StoreError) -> [Provider] {
        var providers: [Provider] = []
        for name in (topology["providers"] ?? "").split(separator: ",") {
            do {
                providers.append(try Provider(String(name)))
            } catch {
                throw .refused(operation: "init", detail: "\(Keys.topology.text): \(error)")
            }
        }
        return providers
    }

    private static func lanes(_ partitions: Int, _ providers: [Provider]) -> [LaneID] {
        (0..<partitions).flatMap { LaneID.all(of: $0, Set(providers)) }
    }

    private static func makeGroups(
        _ store: StoreClient, partitions: Int, providers: [Provider]
    ) throws(StoreError) {
        let commands = lanes(partitions, providers).map { lane in
            RedisCommand(
                "XGROUP", slot: lane.slot.number,
                [
                    "CREATE", lane.stream.text, lane.group.rawValue, "0", "MKSTREAM",
                ])
        }
        for reply in store.redis.pipeline(commands) {
            if case .failure(let error) = reply, error.name != .groupExists {
                throw StoreError(error)
            }
        }
    }

    /// Messages, deferred messages, and the numbers of accounts' events all lie by partition.
    private static func checkEmpty(
        _ store: StoreClient, partitions: Int, providers: [Provider]
    ) throws(StoreError) {
        let lanes = lanes(partitions, providers)
        let commands = lanes.flatMap { lane in
            [
                RedisCommand("XLEN", lane.stream), RedisCommand("ZCARD", lane.delayed),
                RedisCommand("HLEN", lane.emitted),
            ]
        }
        for (index, reply) in store.run(commands).enumerated() {
            guard try reply.get() != .integer(0) else { continue }
            throw .refused(
                operation: "init",
                detail: "partitions cannot change: \(lanes[index / 3]) is not empty")
        }
    }
}

/// What operators change while processes run. They learn of it with their next heartbeat, within a
/// second.
extension RedisTopology {
    /// Sets the version of messages that processes write, where there is a topology.
    package static func agree(_ client: RedisClient, on version: Int) throws(StoreError) {
        _ = try StoreClient(client).run([
            RedisCommand("HSET", Keys.topology, ["version", String(version)])
        ])[0].get()
    }

    /// Stops or resumes the reading of a queue.
    ///
    /// - Parameter queue: as `LaneID.queueName` has it.
    /// - Returns: whether it was otherwise before.
    package static func pause(
        _ client: RedisClient, queue: String, _ isPaused: Bool
    ) throws(StoreError) -> Bool {
        var command = RedisCommand(Scripts.pause, Keys.topology)
        command.append(queue)
        command.append(isPaused ? "1" : "0")
        let answer = try StoreClient(client).run([command])[0].read("pause", \.number).get()
        guard answer >= 0 else {
            throw .refused(
                operation: "pause", detail: "\(Keys.topology.text) is missing: run 'fleet init'")
        }
        return answer == 1
    }
}
