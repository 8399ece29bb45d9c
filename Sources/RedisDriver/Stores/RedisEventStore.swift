package import ServiceRuntime
import Shared

/// What consumers of `events:{p}` need besides their lane.
package final class RedisEventStore: EventStore {
    private let client: StoreClient
    /// How many entries one call removes, so that it holds the server up for milliseconds at most.
    private static let mostTrimmed = 5_000

    init(_ client: StoreClient) { self.client = client }

    /// Whole nodes of the stream go, so a few entries that could go may stay.
    package func trim(partition: Int, keep: Int64) throws(StoreError) -> Int {
        let lane = LaneID(events: partition, .persistence)
        var command = Command(Scripts.trim, lane.stream)
        command.append(keep)
        command.append(Self.mostTrimmed)
        for group in ConsumerGroup.ofEvents { command.append(group.rawValue) }
        return try client.run([command])[0].read("trim") { $0.number.map { Int($0) } }.get()
    }

    package func time(partition: Int) throws(StoreError) -> Int64 {
        let slot = LaneID(events: partition, .persistence).slot.number
        return try client.run([Command("TIME", slot: slot)])[0].read("time") { reply in
            guard let parts = reply.elements, parts.count == 2, let seconds = parts[0].text,
                let microseconds = parts[1].text
            else { return nil }
            return try Number.int64(seconds) * 1_000 + Number.int64(microseconds) / 1_000
        }.get()
    }
}
