/// Which master serves which of the 16384 slots.
struct SlotMap: Sendable, Equatable {
    static let slots = 16384

    /// The masters in the order of their first slot.
    private(set) var masters: [RedisEndpoint]
    /// Index into `masters` for each slot; -1 when nobody serves it.
    private var owners: [Int16]

    /// Reads the answer to `CLUSTER SLOTS`: ranges of `[first, last, master, replica…]`, a node being
    /// `[host, port, id, …]`. A missing host means the one that was asked.
    init?(_ reply: Reply, from asked: RedisEndpoint) {
        guard let ranges = reply.elements else { return nil }
        masters = []
        owners = Array(repeating: -1, count: Self.slots)
        for range in ranges {
            guard let parts = range.elements, parts.count >= 3, let first = parts[0].number,
                let last = parts[1].number, first >= 0, first <= last, last < Self.slots,
                let node = parts[2].elements, node.count >= 2, let port = node[1].number,
                let endpoint = asked.neighbour(host: node[0].string ?? "", port: Int(port))
            else { return nil }
            let master = index(of: endpoint)
            for slot in Int(first)...Int(last) { owners[slot] = master }
        }
    }

    func owner(of slot: UInt16) -> RedisEndpoint? {
        guard slot < Self.slots, owners[Int(slot)] >= 0 else { return nil }
        return masters[Int(owners[Int(slot)])]
    }

    /// One slot's new master, as a redirect names it.
    mutating func move(_ slot: UInt16, to endpoint: RedisEndpoint) {
        guard slot < Self.slots else { return }
        owners[Int(slot)] = index(of: endpoint)
    }

    private mutating func index(of endpoint: RedisEndpoint) -> Int16 {
        if let known = masters.firstIndex(of: endpoint) { return Int16(known) }
        masters.append(endpoint)
        return Int16(masters.count - 1)
    }
}

extension RedisEndpoint {
    /// A node that this one names; without a host it is on this one's host, under another port.
    func neighbour(host: String, port: Int) -> RedisEndpoint? {
        guard let port = UInt16(exactly: port), port > 0 else { return nil }
        if !host.isEmpty, host != "?" { return .tcp(host: host, port: port) }
        switch self {
        case .tcp(let host, _): return .tcp(host: host, port: port)
        case .unix: return nil
        }
    }
}
