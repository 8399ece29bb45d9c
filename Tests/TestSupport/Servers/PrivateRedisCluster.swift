package import RedisDriver
import Synchronization

/// A Redis Cluster of the test's own on loopback ports: three masters that share the slots evenly and,
/// if wanted, one replica for each.
package final class PrivateRedisCluster: Sendable {
    /// The masters first, then their replicas in the same order.
    package let nodes: [ClusterNode]
    package static let masterCount = 3

    /// The `REDIS_URL` of processes under test.
    package var url: String {
        "redis+cluster://" + masters.map(\.endpoint.description).joined(separator: ",")
    }
    package var address: RedisAddress { RedisAddress(topology: .cluster(masters.map(\.endpoint))) }
    package var masters: ArraySlice<ClusterNode> { nodes.prefix(Self.masterCount) }

    /// Starts the nodes, introduces them to each other and waits until all agree.
    ///
    /// - Parameters:
    ///   - withReplicas: one for each master.
    ///   - needsAllSlots: whether the rest refuses to serve when slots are unserved, as is Redis'
    ///     default.
    ///   - nodeTimeout: after how many milliseconds of silence a node counts as failed.
    ///   - config: lines of `redis.conf`, for every node.
    package init(
        withReplicas: Bool = false, needsAllSlots: Bool = true, nodeTimeout: Int = 2000,
        appendOnly: Bool = false, config: [String] = []
    ) throws(ServerError) {
        let lines =
            config + [
                "cluster-node-timeout \(nodeTimeout)", "cluster-replica-validity-factor 0",
                "cluster-require-full-coverage \(needsAllSlots ? "yes" : "no")",
                "repl-diskless-sync-delay 0",
            ]
        var nodes: [ClusterNode] = []
        for _ in 0..<(withReplicas ? 2 : 1) * Self.masterCount {
            nodes.append(try ClusterNode(config: lines, appendOnly: appendOnly))
        }
        self.nodes = nodes
        try assemble()
    }

    deinit { stop() }

    package func stop() { for node in nodes { node.server.stop() } }

    package func client(options: RedisOptions = RedisOptions()) -> RedisClient {
        RedisClient(address, options: options)
    }

    /// Which master holds a slot by the even split that the cluster starts with.
    package func initialOwner(of slot: UInt16) -> ClusterNode {
        let index = (0..<Self.masterCount).first { Self.range(of: $0).contains(Int(slot)) } ?? 0
        return nodes[index]
    }

    private static func range(of master: Int) -> Range<Int> {
        16384 * master / masterCount..<16384 * (master + 1) / masterCount
    }

    private func assemble() throws(ServerError) {
        // Distinct from the start, which is only allowed there: equal ones take time to sort out.
        for (number, node) in nodes.enumerated() {
            try node.ask("CLUSTER", "SET-CONFIG-EPOCH", "\(number + 1)")
        }
        for node in nodes {
            for other in nodes where other !== node {
                try node.ask("CLUSTER", "MEET", "127.0.0.1", "\(other.port)", "\(other.busPort)")
            }
        }
        for (number, node) in masters.enumerated() {
            let slots = Self.range(of: number)
            try node.ask(
                "CLUSTER", "ADDSLOTSRANGE", "\(slots.lowerBound)", "\(slots.upperBound - 1)")
        }
        var identities: [String] = []
        for node in nodes { identities.append(try node.identity()) }
        try awaitAll("it knows the others") { $0.knows(identities) }
        for (replica, master) in zip(nodes.dropFirst(Self.masterCount), masters) {
            try replica.ask("CLUSTER", "REPLICATE", try master.identity())
        }
        try awaitAll("all agree") { node in
            node.cluster("cluster_state") == "ok"
                && node.cluster("cluster_slots_assigned") == "16384"
                && node.knowsMasters(Self.masterCount)
        }
        for replica in nodes.dropFirst(Self.masterCount) {
            let isLinked = eventually { replica.info("master_link_status") == "up" }
            guard isLinked else { throw replica.notReady("it has its master's data") }
        }
    }

    private func awaitAll(
        _ what: String, _ condition: (ClusterNode) -> Bool
    ) throws(ServerError) {
        for node in nodes {
            let holds = eventually(within: .seconds(30), every: .milliseconds(20)) {
                condition(node)
            }
            guard holds else { throw node.notReady(what) }
        }
    }
}
