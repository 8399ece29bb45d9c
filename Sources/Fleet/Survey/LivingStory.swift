import RedisDriver
import ServiceRuntime
import Shared

/// What Redis holds of an order beside the order itself: messages in queues, dead letters, records
/// that are not published.
enum LivingStory {
    /// Looked through in each stream; what lies deeper is not found.
    private static let depth = 10_000

    static func chapters(of key: OrderKey, _ context: Context) throws -> [Chapter] {
        let redis = try context.redis()
        let topology = try context.topology()
        let partition = key.account.partition(of: topology.partitions)
        var chapters: [Chapter] = []
        for role in FleetServices.roles(topology.providers) {
            let lane = LaneID(queue: role, partition)
            chapters += try found(key, in: lane.stream, redis).map { entry in
                chapter(entry, "waits in \(role.name)", in: lane)
            }
            chapters += try found(key, in: lane.dead, redis).map { entry in
                chapter(entry, "dead in \(role.name)", in: lane)
            }
        }
        let boxed = try redis.fields(of: key.account.outbox)
        for field in boxed.list {
            let record = try Record(boxed: field.value)
            guard record.identity?.order == key.order else { continue }
            chapters.append(
                Chapter(
                    time: record.timestamp, number: record.number, rank: 1,
                    what: "unpublished " + (record.event["type"] ?? ""),
                    from: record.event["from_state"], to: record.event["to_state"]))
        }
        return chapters
    }

    private static func found(
        _ key: OrderKey, in stream: StreamKey, _ redis: RedisClient
    ) throws -> [StreamEntry] {
        try redis.entries(of: stream, count: depth).filter { entry in
            entry.fields["key"] == key.text || entry.fields["order_id"] == key.order.text
        }
    }

    private static func chapter(_ entry: StreamEntry, _ what: String, in lane: LaneID) -> Chapter {
        Chapter(
            time: entry.milliseconds, number: nil, rank: 5, what: what,
            detail: StoredStory.join([
                ("entry", entry.id), ("event", entry.fields["event"]),
                ("status", entry.fields["ord_status"]), ("command", entry.fields["command"]),
                ("reason", entry.fields[DeadField.reason] ?? entry.fields["reason"]),
                ("detail", entry.fields[DeadField.detail]),
            ]))
    }
}
