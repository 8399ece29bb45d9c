import RedisDriver
import ServiceRuntime
import Shared

/// Requests that went over a provider's wire and were not answered for too long, as the connections
/// note them. They are shown, and never presumed refused (domain §7).
struct InflightRequests {
    let count: Int
    let table: Table

    /// The oldest of each partition, at most `limit`.
    ///
    /// - Parameter age: milliseconds, by the clock of the server that keeps the notes.
    init(_ redis: RedisClient, _ topology: Topology, age: Int64, limit: Int) throws {
        let store = RedisWireStore(redis)
        var count = 0
        var found: [(provider: Provider, request: OverdueRequests.Request)] = []
        for provider in topology.wired {
            for lane in topology.lanes(of: provider) {
                let overdue = try store.overdue(lane, age: age, most: limit)
                count += overdue.count
                found += overdue.oldest.map { (provider, $0) }
            }
        }
        var table = Table([
            .init("provider"), .init("request"), .init("age_ms", numeric: true),
        ])
        for (provider, request) in found.sorted(by: { $0.request.age > $1.request.age })
            .prefix(limit)
        {
            table.add([
                .string(provider.name), .string(request.id.text), JSONValue(request.age),
            ])
        }
        self.count = count
        self.table = table
    }
}

/// How many requests went over one provider's wire and wait for their answers. The house has no wire.
struct RequestsAtProvider: Sendable, Equatable {
    let provider: String
    private(set) var count = 0
    /// Those that wait for longer than the alarm.
    private(set) var late = 0
    /// Age of the oldest, ms; 0 for none.
    private(set) var oldest: Int64 = 0

    init(provider: String, count: Int = 0, late: Int = 0, oldest: Int64 = 0) {
        self.provider = provider
        self.count = count
        self.late = late
        self.oldest = oldest
    }

    /// One for each provider.
    ///
    /// - Parameter alarm: milliseconds. Ages are by the clock of the server that keeps the notes.
    static func look(
        _ redis: RedisClient, _ topology: Topology, alarm: Int64
    ) throws -> [RequestsAtProvider] {
        let store = RedisWireStore(redis)
        return try topology.wired.map { provider in
            var found = RequestsAtProvider(provider: provider.name)
            for lane in topology.lanes(of: provider) {
                let all = try store.overdue(lane, age: 0, most: 1)
                let oldest = all.oldest.first?.age ?? 0
                found.count += all.count
                found.oldest = max(found.oldest, oldest)
                guard oldest >= alarm else { continue }
                found.late += try store.overdue(lane, age: alarm, most: 1).count
            }
            return found
        }
    }
}

extension Topology {
    /// Providers at the end of a wire, by name.
    var wired: [Provider] {
        providers.filter { $0 != .house }.sorted { $0.name < $1.name }
    }

    fileprivate func lanes(of provider: Provider) -> [LaneID] {
        (0..<partitions).map { LaneID(queue: .provider(provider), $0) }
    }
}
