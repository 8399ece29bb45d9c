package import ServiceRuntime
import Shared

extension MemoryWorld: EventStore {
    package func trim(partition: Int, keep: Int64) -> Int {
        let stream = LaneID(events: partition, .persistence).stream.text
        return streams[stream]?.trim(groups: ConsumerGroup.ofEvents, before: now - keep) ?? 0
    }

    package func time(partition: Int) -> Int64 { now }
}

extension MemoryWorld: ProjectionStore {
    /// Lookups and identity fields of an ended order live on for late reports, ms.
    private static let afterlife: Int64 = 8 * 24 * 3_600_000

    package func project(_ changes: [ProjectedOrder]) -> [Result<Void, StoreError>] {
        changes.map { change in
            project(holder: change)
            project(data: change)
            return .success(())
        }
    }

    private func project(holder change: ProjectedOrder) {
        let userType = change.key.account.userType
        let seen = Keys.projectedHolders(change.symbol, userType)
        let tag = change.key.account.tag
        guard change.number > self[hash: seen][tag].flatMap({ Int64($0) }) ?? 0 else { return }
        self[hash: seen][tag] = String(change.number)
        let holders = Keys.symbolHolders(change.symbol, userType)
        if change.activeOfSymbol > 0 {
            self[set: holders].insert(tag)
        } else {
            self[set: holders].remove(tag)
        }
    }

    private func project(data change: ProjectedOrder) {
        let data = Keys.orderData(change.key.order)
        let seen = self[hash: data][Keys.projectedVersionField].flatMap { Int64($0) } ?? 0
        guard change.version > seen else { return }
        set(data, change.fields)
        self[hash: data][Keys.projectedVersionField] = String(change.version)
        let end = change.isTerminal ? now + MemoryWorld.afterlife : nil
        hashes.expire(data, at: end)
        for id in change.ids + [LifecycleID(change.key.order)] {
            strings.expire(Keys.lookup(id), at: end)
        }
    }
}
