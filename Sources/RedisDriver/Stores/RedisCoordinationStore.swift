package import ServiceRuntime
package import Shared

/// Leases and members, by the servers' clocks.
package final class RedisCoordinationStore: CoordinationStore {
    private let client: StoreClient
    /// How long a member that is silent counts as living, ms.
    private static let memberLife: Int64 = 3_000
    /// How long its heartbeat is kept, ms (architecture §2).
    private static let heartbeatLife: Int64 = 15_000

    init(_ client: StoreClient) { self.client = client }

    /// On a client of its own, for the thread that renews leases.
    package convenience init(_ client: RedisClient) { self.init(StoreClient(client)) }

    /// What the member tells of itself is for people to read: where its server is away, the list of
    /// the living, by which partitions are shared, is good all the same.
    package func beat(
        service: String, member: String, heartbeat: Fields
    ) throws(StoreError) -> [String] {
        var living = RedisCommand(Scripts.members, Keys.members(service))
        living.append(member)
        living.append(Self.memberLife)
        var telling = RedisCommand(Scripts.heartbeat, Keys.heartbeat(member))
        telling.append(Self.heartbeatLife)
        telling.append(heartbeat)
        let replies = client.run([living, telling])
        if case .failure(.refused(let operation, let detail)) = replies[1] {
            throw .refused(operation: operation, detail: detail)
        }
        return try replies[0].read("members") { $0.elements?.compactMap(\.text) }.get()
    }

    package func members(of service: String) throws(StoreError) -> [String] {
        try client.run([RedisCommand("ZRANGE", Keys.members(service), ["0", "-1"])])[0]
            .read("members") { $0.elements?.compactMap(\.text) }.get()
    }

    package func leave(service: String, member: String) throws(StoreError) {
        let replies = client.run([
            RedisCommand("ZREM", Keys.members(service), [member]),
            RedisCommand("DEL", Keys.heartbeat(member)),
        ])
        for reply in replies { _ = try reply.get() }
    }

    package func acquire(_ leases: [LeaseClaim]) throws(StoreError) -> [Bool] {
        try each(leases, Scripts.acquire, lifetime: true)
    }

    package func renew(_ leases: [LeaseClaim]) throws(StoreError) -> [Bool] {
        try each(leases, Scripts.renew, lifetime: true)
    }

    package func release(_ leases: [LeaseClaim]) throws(StoreError) {
        _ = try each(leases, Scripts.release, lifetime: false)
    }

    /// Leases lie on several servers of a cluster, and one that is away must not cost those of the
    /// others: its leases are answered no, which only stops lanes that could not work anyway.
    /// Throws when no lease was answered.
    private func each(
        _ leases: [LeaseClaim], _ script: Script, lifetime: Bool
    ) throws(StoreError) -> [Bool] {
        let commands = leases.map { lease in
            var command = RedisCommand(script, lease.key)
            command.append(lease.nonce.text)
            if lifetime { command.append(Lease.lifetime.milliseconds) }
            return command
        }
        var answers: [Bool] = []
        var isAnswered = false
        var failure: StoreError?
        for reply in client.run(commands).map({ $0.read(script.name, \.flag) }) {
            switch reply {
            case .success(let answer):
                isAnswered = true
                answers.append(answer)
            case .failure(let error) where error.isUnavailable:
                failure = error
                answers.append(false)
            case .failure(let error): throw error
            }
        }
        if let failure, !isAnswered { throw failure }
        return answers
    }

    package func topology() throws(StoreError) -> Fields {
        try client.run([RedisCommand("HGETALL", Keys.topology)])[0].read("topology", \.fields).get()
    }
}
