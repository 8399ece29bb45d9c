import RedisDriver
import ServiceRuntime
import Shared

/// How one stream stands for one of its groups.
struct QueueState: Sendable, Equatable {
    let lane: LaneID
    /// Entries that are not handled: for a queue all in it, for events those not acknowledged.
    var depth: Int64
    /// Of these, handed out.
    var pending: Int64
    /// Waiting to come back.
    var delayed: Int64
    /// Age of the oldest entry that is not handled, ms; nil for none.
    var oldest: Int64?
    var dead: Int64
    var isLeased: Bool
    /// Id of the last entry that was ever appended.
    var lastEntry: String
    /// How many entries were ever appended.
    var added: Int64

    var isIdle: Bool { depth == 0 && delayed == 0 }
}

/// Counts every queue and every group of events, in one pipelined round trip.
struct QueueSurvey {
    private let redis: RedisClient
    private let lanes: [LaneID]
    private static let commandsPerLane = 7

    init(_ redis: RedisClient, _ topology: Topology) {
        self.redis = redis
        let partitions = 0..<topology.partitions
        lanes =
            FleetServices.roles(topology.providers).flatMap { role in
                partitions.map { LaneID(queue: role, $0) }
            }
            + ConsumerGroup.ofEvents.flatMap { group in
                partitions.map { LaneID(events: $0, group) }
            }
    }

    /// All lanes as they stand now.
    func look() throws -> [QueueState] {
        let replies = redis.pipeline(lanes.flatMap(commands))
        return try lanes.enumerated().map { index, lane in
            let start = index * Self.commandsPerLane
            return try state(of: lane, replies[start..<start + Self.commandsPerLane])
        }
    }

    private func commands(_ lane: LaneID) -> [RedisCommand] {
        let slot = lane.slot.number
        return [
            RedisCommand("XINFO", slot: slot, ["STREAM", lane.stream.text]),
            RedisCommand("XINFO", slot: slot, ["GROUPS", lane.stream.text]),
            RedisCommand("XPENDING", slot: slot, [lane.stream.text, lane.group.rawValue]),
            RedisCommand("ZCARD", slot: slot, [lane.delayed.text]),
            RedisCommand("XLEN", slot: slot, [lane.dead.text]),
            RedisCommand("EXISTS", slot: slot, [lane.lease.text]),
            RedisCommand("TIME", slot: slot),
        ]
    }

    private func state(
        of lane: LaneID, _ replies: ArraySlice<Result<Reply, RedisError>>
    ) throws -> QueueState {
        let parts = try replies.map { try $0.get() }
        let stream = ReplyMap(parts[0])
        let group = (parts[1].elements ?? []).map(ReplyMap.init)
            .first { $0["name"]?.string == lane.group.rawValue }
        let pending = parts[2].elements ?? []
        let inHand = pending.first?.number ?? 0
        let lastEntry = stream["last-generated-id"]?.string ?? "0-0"
        let delivered = group?["last-delivered-id"]?.string ?? "0-0"
        let length = stream["length"]?.number ?? 0
        let isQueue = lane.group == .workers
        // Redis cannot always count what was never handed out; then at least one is known of.
        let behind = delivered == lastEntry ? 0 : group?["lag"]?.number ?? 1
        let head = stream["first-entry"].flatMap(StreamEntry.init)?.milliseconds
        let waiting = isQueue ? (length > 0 ? head : nil) : Self.entry(pending, 1)
        return QueueState(
            lane: lane, depth: isQueue ? length : behind + inHand, pending: inHand,
            delayed: parts[3].number ?? 0, oldest: waiting.map { Self.now(parts[6]) - $0 },
            dead: parts[4].number ?? 0, isLeased: parts[5].number == 1, lastEntry: lastEntry,
            added: stream["entries-added"]?.number ?? 0)
    }

    private static func entry(_ pending: [Reply], _ index: Int) -> Int64? {
        guard pending.count > index, let id = pending[index].string else { return nil }
        return EntryID(id)?.milliseconds
    }

    private static func now(_ time: Reply) -> Int64 {
        let parts = (time.elements ?? []).compactMap { $0.string.flatMap { Int64($0) } }
        return parts.count == 2 ? parts[0] * 1_000 + parts[1] / 1_000 : 0
    }
}

/// A reply of names and values in turn, as `XINFO` gives it.
struct ReplyMap {
    private let elements: [Reply]

    init(_ reply: Reply) { elements = reply.elements ?? [] }

    subscript(name: String) -> Reply? {
        let index = stride(from: 0, to: elements.count - 1, by: 2)
            .first { elements[$0].string == name }
        return index.map { elements[$0 + 1] }
    }
}
