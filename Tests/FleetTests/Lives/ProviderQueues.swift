import RedisDriver
import ServiceRuntime
import Shared

@testable import Fleet

/// The queues of a provider that is not the house, as its one connection reads them: what it was handed is
/// settled with the next look.
struct ProviderQueues {
    private let client: RedisClient
    private let lanes: [LaneID]
    private var handed: [(lane: LaneID, id: String)] = []
    /// How often each request came.
    private(set) var arrivals: [String: Int] = [:]

    init(_ address: RedisAddress, of provider: Provider) {
        client = RedisClient(address)
        lanes = FleetUnderTest.lanes(of: Role.provider(provider))
    }

    /// Requests that have come since the last look, each partition's in order.
    mutating func take() throws -> [Entry] {
        let settled = handed.flatMap { lane, id in
            [
                RedisCommand(
                    "XACK", slot: lane.slot.number, [lane.stream.text, lane.group.rawValue, id]),
                RedisCommand("XDEL", slot: lane.slot.number, [lane.stream.text, id]),
            ]
        }
        let reads = lanes.map { lane in
            RedisCommand(
                "XREADGROUP", slot: lane.slot.number,
                ["GROUP", lane.group.rawValue, "owner", "COUNT", "500", "STREAMS"]
                    + [lane.stream.text, ">"])
        }
        let replies = try client.pipeline(settled + reads).map { try $0.get() }
        handed = []
        var taken: [Entry] = []
        for (lane, reply) in zip(lanes, replies.suffix(lanes.count)) {
            let entries = reply.elements?.first?.elements?.last?.elements ?? []
            for entry in entries.compactMap(StreamEntry.init) {
                guard let id = EntryID(entry.id) else { continue }
                handed.append((lane, entry.id))
                taken.append(Entry(id: id, fields: entry.fields))
            }
        }
        return taken
    }

    /// Notes that a request came.
    mutating func note(_ id: LifecycleID) { arrivals[id.text, default: 0] += 1 }
}
