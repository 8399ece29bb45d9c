package import ServiceRuntime
import Shared

/// What consumers of `events:{p}` need besides their lane.
package final class RedisEventStore: EventStore, ParkedStore {
    private let client: StoreClient
    /// How many entries one call removes, so that it holds the server up for milliseconds at most.
    private static let mostTrimmed = 5_000

    init(_ client: StoreClient) { self.client = client }

    /// Whole nodes of the stream go, so a few entries that could go may stay.
    package func trim(partition: Int, keep: Int64) throws(StoreError) -> Int {
        let lane = LaneID(events: partition, .persistence)
        var command = RedisCommand(Scripts.trim, lane.stream)
        command.append(keep)
        command.append(Self.mostTrimmed)
        for group in ConsumerGroup.ofEvents { command.append(group.rawValue) }
        return try client.run([command])[0].read("trim") { $0.number.map { Int($0) } }.get()
    }

    package func time(partition: Int) throws(StoreError) -> Int64 {
        let slot = LaneID(queue: .reports, partition).slot.number
        return try client.run([RedisCommand("TIME", slot: slot)])[0].read("time") { reply in
            guard let parts = reply.elements, parts.count == 2, let seconds = parts[0].text,
                let microseconds = parts[1].text
            else { return nil }
            return try Number.int64(seconds) * 1_000 + Number.int64(microseconds) / 1_000
        }.get()
    }

    package func parked(
        partition: Int, after: EntryID, count: Int
    ) throws(StoreError) -> [Entry] {
        let key = LaneID(events: partition, .persistence).parked
        let command = RedisCommand("XRANGE", key, ["(\(after)", "+", "COUNT", String(count)])
        return try client.run([command])[0].read("parked") { reply in
            guard let found = reply.elements else { return nil }
            var entries: [Entry] = []
            for entry in found {
                guard let parts = entry.elements, parts.count == 2,
                    let id = parts[0].text.flatMap({ EntryID($0) }), let fields = parts[1].fields
                else { return nil }
                // What script `settle` adds stands in front.
                entries.append(Entry(id: id, fields: Fields(Array(fields.list.dropFirst(2)))))
            }
            return entries
        }.get()
    }

    package func removeParked(_ entries: [EntryID], partition: Int) throws(StoreError) {
        guard !entries.isEmpty else { return }
        let key = LaneID(events: partition, .persistence).parked
        _ = try client.run(RedisCommand("XDEL", key, entries.map { "\($0)" }))
    }
}
