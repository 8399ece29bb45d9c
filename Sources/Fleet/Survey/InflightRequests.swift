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
        let store = RedisStores(redis.address, partitions: topology.partitions).wire
        var count = 0
        var found: [(provider: Provider, request: OverdueRequests.Request)] = []
        let providers = topology.providers.filter { $0 != .house }.sorted { $0.name < $1.name }
        for provider in providers {
            for partition in 0..<topology.partitions {
                let lane = LaneID(queue: .provider(provider), partition)
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
