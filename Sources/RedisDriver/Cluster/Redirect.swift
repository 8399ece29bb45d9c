/// What a failed command asks of the client, when it asks for anything: the pure half of following
/// redirects.
enum Redirect: Equatable {
    /// The slot has moved for good: learn it, send again.
    case moved(slot: UInt16, to: RedisEndpoint)
    /// This key has gone ahead of its slot: send this command there, once, after `ASKING`.
    case ask(RedisEndpoint)
    /// The keys of one command are on two nodes just now: wait a little.
    case tryAgain
    /// The server has lost its scripts: load them, send again.
    case reload
    /// It was never sent, and the node may no longer be the slot's: look at the map again.
    case relocate

    /// - Parameter asked: the node that answered.
    init?(_ error: RedisError, from asked: RedisEndpoint) {
        switch error.name {
        case .moved:
            guard let (slot, node) = Self.target(error.detail, from: asked) else { return nil }
            self = .moved(slot: slot, to: node)
        case .ask:
            guard let (_, node) = Self.target(error.detail, from: asked) else { return nil }
            self = .ask(node)
        case .tryAgain: self = .tryAgain
        case .scriptUnknown: self = .reload
        case .connectFailed, .connectTimedOut: self = .relocate
        case .connectionLost, .timedOut, .loading, .clusterDown, .masterDown, .outOfMemory,
            .misconfigured, .readOnly, .noReplicas, .busy, .unblocked, .inputOutput,
            .tooManyClients, .wrongType, .crossSlot, .noGroup, .groupExists, .scriptFailed,
            .wrongTopology, .protocolBroken, .rejected, .notAuthenticated, .wrongPassword,
            .noPermission, .denied:
            return nil
        }
    }

    /// `MOVED 3999 127.0.0.1:6381`; the host may be missing, and may contain colons.
    private static func target(
        _ text: String, from asked: RedisEndpoint
    ) -> (UInt16, RedisEndpoint)? {
        let words = text.split(separator: " ")
        guard words.count == 3, let slot = UInt16(words[1]),
            let colon = words[2].lastIndex(of: ":"),
            let port = Int(words[2][words[2].index(after: colon)...]),
            let node = asked.neighbour(host: String(words[2][..<colon]), port: port)
        else { return nil }
        return (slot, node)
    }
}
