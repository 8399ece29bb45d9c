import RedisDriver
import ServiceRuntime
import Shared

/// All dead letters of the fleet, as people look at them.
struct LetterDesk {
    let store: RedisDeadLetterStore
    let lanes: [LaneID]
    /// Entries of a lane in one round trip.
    private static let page = 500

    init(_ context: Context) throws {
        let topology = try context.topology()
        store = RedisDeadLetterStore(
            try context.redis(), replicas: try context.settings.waitReplicas())
        lanes = (0..<topology.partitions).flatMap { partition in
            FleetServices.roles(topology.providers).map { LaneID(queue: $0, partition) }
                + ConsumerGroup.ofEvents.map { LaneID(events: partition, $0) }
        }
    }

    /// How many there are in all.
    func count() throws -> Int64 { try store.counts(of: lanes).reduce(0, +) }

    /// All letters, those that died first first.
    ///
    /// - Parameter queue: only of this queue.
    func letters(of queue: String? = nil) throws -> [DeadLetter] {
        let chosen = lanes.filter { $0.queueName == queue ?? $0.queueName }
        let counts = try store.counts(of: chosen)
        var open = zip(chosen, counts).filter { $1 > 0 }.map { ($0.0, EntryID.zero) }
        var letters: [DeadLetter] = []
        while !open.isEmpty {
            let pages = try store.letters(
                behind: open.map { (lane: $0.0, last: $0.1) }, count: Self.page)
            letters += pages.flatMap { $0 }
            open = zip(open, pages).compactMap { lane, page in
                guard page.count == Self.page, let last = page.last else { return nil }
                return (lane.0, last.entry.id)
            }
        }
        return letters.sorted { ($0.diedAt, $0.name) < ($1.diedAt, $1.name) }
    }

    /// A queue's name as somebody typed it.
    func checkQueue(_ invocation: Invocation) throws {
        guard let name = invocation.option("queue") else { return }
        guard lanes.contains(where: { $0.queueName == name }) else {
            throw invocation.fail("--queue '\(name)' is no queue")
        }
    }
}
