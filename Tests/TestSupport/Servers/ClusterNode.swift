import Glibc
package import RedisDriver
import Synchronization

/// One server of a private cluster.
package final class ClusterNode: Sendable {
    package let server: PrivateRedis
    package let port: UInt16
    let busPort: UInt16

    package var endpoint: RedisEndpoint { .tcp(host: "127.0.0.1", port: port) }

    init(config: [String], appendOnly: Bool) throws(ServerError) {
        port = Ports.free()
        busPort = Ports.free()
        server = try PrivateRedis(
            config: config + [
                "cluster-enabled yes", "cluster-port \(busPort)",
                "cluster-config-file nodes.conf",
            ],
            appendOnly: appendOnly, port: port)
    }

    /// Says one command to this node, whatever slots it serves, and wants no error.
    @discardableResult
    package func ask(_ name: StaticString, _ arguments: String...) throws(ServerError) -> Reply {
        switch server.connection().call(RedisCommand(name, slot: nil, arguments)) {
        case .success(let reply): return reply
        case .failure(let error):
            throw .system(
                operation: "\(name) \(arguments.joined(separator: " "))",
                reason: error.description)
        }
    }

    /// The name by which the other nodes know it.
    package func identity() throws(ServerError) -> String {
        try ask("CLUSTER", "MYID").string ?? ""
    }

    /// A line of `CLUSTER INFO`; `nil` when the node is away.
    package func cluster(_ field: String) -> String? {
        line(field, of: server.connection().call(RedisCommand("CLUSTER", slot: nil, ["INFO"])))
    }

    /// A line of `INFO`; `nil` when the node is away.
    package func info(_ field: String) -> String? {
        line(field, of: server.connection().call(RedisCommand("INFO", slot: nil)))
    }

    /// Whether it knows the nodes of these names and no others. Before two nodes have shaken hands, each
    /// goes by a name that the other made up.
    func knows(_ identities: [String]) -> Bool {
        let reply = server.connection().call(RedisCommand("CLUSTER", slot: nil, ["NODES"]))
        guard case .success(let reply) = reply, let text = reply.string else { return false }
        let lines = text.split(whereSeparator: \.isNewline)
        let names = lines.map { String($0.prefix { $0 != " " }) }
        return Set(names) == Set(identities) && !text.contains("handshake")
    }

    /// Whether its map of the slots names that many masters.
    func knowsMasters(_ count: Int) -> Bool {
        let reply = server.connection().call(RedisCommand("CLUSTER", slot: nil, ["SLOTS"]))
        guard case .success(.array(let ranges)) = reply else { return false }
        let masters = ranges.compactMap { $0.elements?.dropFirst(2).first?.elements?[1].number }
        return Set(masters).count == count
    }

    func notReady(_ what: String) -> ServerError {
        .notReady(
            server: "cluster node \(port), waiting until \(what)",
            log: Files.read("\(server.folder)/redis-server.out"))
    }

    private func line(_ field: String, of reply: Result<Reply, RedisError>) -> String? {
        guard case .success(let reply) = reply, let text = reply.string else { return nil }
        let lines = text.split(whereSeparator: \.isNewline)
        let start = "\(field):"
        return lines.first { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
    }
}

/// Moving a slot, step by step as an operator's tool does, so that tests can look in between.
extension PrivateRedisCluster {
    /// From here on the slot's old node answers `ASK` for keys that it no longer has.
    package func beginMove(
        of slot: UInt16, from source: ClusterNode, to target: ClusterNode
    ) throws(ServerError) {
        try target.ask("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", try source.identity())
        try source.ask("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", try target.identity())
    }

    /// Moves one key of the slot ahead of it.
    package func moveKey(
        _ key: String, from source: ClusterNode, to target: ClusterNode
    ) throws(ServerError) {
        try source.ask("MIGRATE", "127.0.0.1", "\(target.port)", key, "0", "5000")
    }

    /// Moves the slot's remaining keys and then the slot itself.
    package func finishMove(
        of slot: UInt16, from source: ClusterNode, to target: ClusterNode
    ) throws(ServerError) {
        while let keys = try source.ask("CLUSTER", "GETKEYSINSLOT", "\(slot)", "100").elements,
            !keys.isEmpty
        {
            for key in keys.compactMap(\.string) { try moveKey(key, from: source, to: target) }
        }
        let owner = try target.identity()
        for node in [target, source] {
            try node.ask("CLUSTER", "SETSLOT", "\(slot)", "NODE", owner)
        }
        try awaitNews(from: target)
    }

    /// Until the masters know of the epoch in which the slot was taken. One that takes it back before
    /// would take it in the same epoch, and then both own it.
    private func awaitNews(from owner: ClusterNode) throws(ServerError) {
        let epoch = owner.cluster("cluster_my_epoch").flatMap { Int64($0) } ?? 0
        for node in masters {
            let knows = eventually(within: .seconds(10), every: .milliseconds(2)) {
                (node.cluster("cluster_current_epoch").flatMap { Int64($0) } ?? 0) >= epoch
            }
            guard knows else { throw node.notReady("it knows of epoch \(epoch)") }
        }
    }

    /// All three steps. While news of the move before is on its way between the nodes one of them may
    /// refuse; then the move is tried again, and throws what it was refused with at last.
    package func move(
        _ slot: UInt16, from source: ClusterNode, to target: ClusterNode
    ) throws(ServerError) {
        for _ in 0..<20 {
            if case .success = Result(catching: { try tryMove(slot, from: source, to: target) }) {
                return
            }
            usleep(100_000)
        }
        try tryMove(slot, from: source, to: target)
    }

    private func tryMove(
        _ slot: UInt16, from source: ClusterNode, to target: ClusterNode
    ) throws(ServerError) {
        try beginMove(of: slot, from: source, to: target)
        try finishMove(of: slot, from: source, to: target)
    }
}
