/// Which node a command goes to: always the same one for a single server, the slot's master in a
/// cluster.
final class Routes {
    private let pool: ConnectionPool
    private var map: SlotMap?
    /// Something suggested that the map is out of date; it is read again before the next pipeline.
    private var isSuspect = false
    private var lastRefresh: ContinuousClock.Instant?
    /// While the map does not help it is read at most this often.
    private static let refreshPause: Duration = .milliseconds(50)

    init(_ pool: ConnectionPool) { self.pool = pool }

    var isCluster: Bool {
        if case .cluster = pool.address.topology { true } else { false }
    }

    /// The nodes that can be written to, as far as known.
    var masters: [RedisEndpoint] {
        switch pool.address.topology {
        case .single(let endpoint): [endpoint]
        case .cluster: map?.masters ?? []
        }
    }

    /// - Parameter slot: `nil` means any node, preferably one that is connected.
    func endpoint(for slot: UInt16?, operation: String) throws(RedisError) -> RedisEndpoint {
        if case .single(let endpoint) = pool.address.topology { return endpoint }
        guard let slot else {
            if let any = masters.first(where: pool.isConnected) ?? masters.first { return any }
            throw RedisError(.clusterDown, operation: operation, detail: "no node is known")
        }
        guard slot < SlotMap.slots else {
            throw RedisError(
                .rejected, operation: operation, detail: "slot \(slot) is above 16383")
        }
        if let owner = map?.owner(of: slot) { return owner }
        isSuspect = true
        throw RedisError(
            .clusterDown, operation: operation, detail: "no node serves slot \(slot)")
    }

    func move(_ slot: UInt16, to endpoint: RedisEndpoint) {
        map?.move(slot, to: endpoint)
        isSuspect = true
    }

    func suspect() { isSuspect = true }

    /// Reads the map when there is none, or when the one there is has become doubtful. Throws only
    /// when there is none: with a doubtful one most commands still find their node.
    func prepare() throws(RedisError) {
        guard isCluster, map == nil || isSuspect else { return }
        if let error = refresh(), map == nil { throw error }
    }

    /// Asks the nodes, connected ones first, until one tells the map. Returns why none did; `nil`
    /// also when the map has just been read.
    @discardableResult
    func refresh() -> RedisError? {
        let now = ContinuousClock.now
        if map != nil, let lastRefresh, now - lastRefresh < Self.refreshPause { return nil }
        lastRefresh = now
        var failure = RedisError(.clusterDown, operation: "CLUSTER", detail: "no node is known")
        for candidate in candidates {
            switch read(from: candidate) {
            case .success(let fresh):
                map = fresh
                isSuspect = false
                pool.keep(only: fresh.masters)
                return nil
            case .failure(let error): failure = error
            }
        }
        return failure
    }

    private var candidates: [RedisEndpoint] {
        guard case .cluster(let seeds) = pool.address.topology else { return [] }
        let known = masters + seeds.filter { !masters.contains($0) }
        return known.filter(pool.isConnected) + known.filter { !pool.isConnected($0) }
    }

    private func read(from candidate: RedisEndpoint) -> Result<SlotMap, RedisError> {
        pool[candidate].call(RedisCommand("CLUSTER", slot: nil, ["SLOTS"]))
            .mapError { error in
                guard error.detail.contains("cluster support disabled") else { return error }
                return RedisError(
                    .wrongTopology, operation: "CLUSTER",
                    detail: "\(candidate) is a single server: use redis://")
            }
            .flatMap { reply in
                guard let fresh = SlotMap(reply, from: candidate), !fresh.masters.isEmpty else {
                    return .failure(
                        RedisError(
                            .clusterDown, operation: "CLUSTER",
                            detail: "\(candidate) knows of no slots"))
                }
                return .success(fresh)
            }
    }
}
