import RedisDriver
import Shared
import TestSupport
import Testing

/// What a test reads of the fleet's Redis.
extension FleetUnderTest {
    @discardableResult
    func ask(_ name: StaticString, _ key: some RedisKey, _ arguments: String...) throws -> Reply {
        try client.call(RedisCommand(name, slot: key.slot.number, [key.text] + arguments)).get()
    }

    func count(_ name: StaticString, _ key: some RedisKey) throws -> Int64 {
        try ask(name, key).number ?? 0
    }

    /// `XINFO`, which takes a word before the key.
    private func info(_ word: String, _ lane: LaneID) throws -> Reply {
        try client.call(
            RedisCommand("XINFO", slot: lane.slot.number, [word, lane.stream.text])
        ).get()
    }

    func hash(_ key: HashKey) throws -> [String: String] { try ask("HGETALL", key).pairs }

    static let outside: Provider = {
        guard let provider = try? Provider("barclays") else {
            preconditionFailure("barclays names a provider")
        }
        return provider
    }()

    static func lanes(of role: Role) -> [LaneID] {
        (0..<partitions).map { LaneID(queue: role, $0) }
    }

    static func lanes(of group: ConsumerGroup) -> [LaneID] {
        (0..<partitions).map { LaneID(events: $0, group) }
    }

    /// What a process reads.
    static func lanes(ofProcess name: String) -> [LaneID] {
        switch name {
        case "order-entry": lanes(of: Role.orders)
        case "house-provider": lanes(of: Role.provider(.house))
        case "dispatcher": lanes(of: Role.reports)
        case "worker-open": lanes(of: Role.open)
        case "worker-close": lanes(of: Role.close)
        case "worker-reject": lanes(of: Role.reject)
        case "worker-pending": lanes(of: Role.pending)
        case "worker-cancel": lanes(of: Role.cancel)
        case "worker-stop-loss": lanes(of: Role.stopLoss)
        case "worker-take-profit": lanes(of: Role.takeProfit)
        case "persistence-writer": lanes(of: ConsumerGroup.persistence)
        case "projector": lanes(of: ConsumerGroup.projection)
        default: []
        }
    }

    static let allLanes = Binaries.processes.flatMap(lanes(ofProcess:))

    /// Entries of a lane that are not settled, deferred ones included.
    func depth(of lane: LaneID) throws -> Int64 {
        let delayed = try count("ZCARD", lane.delayed)
        guard case .events = lane.source else { return try count("XLEN", lane.stream) + delayed }
        let groups = (try info("GROUPS", lane).elements ?? []).map(\.pairs)
        let group = groups.first { $0["name"] == lane.group.rawValue } ?? [:]
        let last = try ask("XREVRANGE", lane.stream, "+", "-", "COUNT", "1").elements?.first?
            .elements?.first?.string
        let behind: Int64 = last == nil || last == group["last-delivered-id"] ? 0 : 1
        return behind + (Int64(group["pending"] ?? "") ?? 0) + delayed
    }

    /// Entries of a process's lanes that are not settled.
    func depth(ofProcess name: String) throws -> Int64 {
        try Self.lanes(ofProcess: name).reduce(0) { try $0 + depth(of: $1) }
    }

    /// Entries of a stream that were settled since it was made; meaningful for queues, whose settled
    /// entries go.
    func settled(of lane: LaneID) throws -> Int64 {
        let info = try info("STREAM", lane).pairs
        return (Int64(info["entries-added"] ?? "") ?? 0) - (Int64(info["length"] ?? "") ?? 0)
    }

    /// Entries that were ever appended to a process's queues.
    func appended(to role: Role) throws -> Int64 {
        try Self.lanes(of: role).reduce(0) { sum, lane in
            let info = try info("STREAM", lane).pairs
            return sum + (Int64(info["entries-added"] ?? "") ?? 0)
        }
    }

    /// The partitions of each living copy of a process, by its pid, as their heartbeats tell.
    func owners(of name: String) throws -> [Int32: Set<Int>] {
        var owners: [Int32: Set<Int>] = [:]
        let members = try ask("ZRANGE", Keys.members(name), "0", "-1").elements ?? []
        for member in members.compactMap(\.string) {
            let beat = try hash(Keys.heartbeat(member))
            guard let pid = Int32(beat["pid"] ?? "") else { continue }
            let partitions = (beat["partitions"] ?? "").split(separator: ",").compactMap { Int($0) }
            owners[pid] = Set(partitions)
        }
        return owners
    }

    /// Waits until all partitions of a process have an owner.
    func awaitOwners(of name: String) throws {
        let lanes = Self.lanes(ofProcess: name)
        let all = eventually(within: .seconds(15)) {
            lanes.allSatisfy { (try? count("EXISTS", $0.lease)) == 1 }
        }
        try #require(all, "\(name) does not own all its partitions; \(complaints)")
    }

    /// The last lines of all logs that say of trouble.
    var complaints: String {
        members.flatMap { member in member.complaints.map { "\(member.name) \(member.pid): \($0)" }
        }
        .joined(separator: "\n")
    }
}

extension Reply {
    /// A reply of names and values in turn, the values as text.
    var pairs: [String: String] {
        let elements = elements ?? []
        var pairs: [String: String] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            let value = elements[index + 1]
            pairs[elements[index].string ?? "?"] = value.string ?? value.number.map(String.init)
        }
        return pairs
    }
}
