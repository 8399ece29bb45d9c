import Audit
import Glibc
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// Prints how long a reconciliation of ten thousand accounts takes; `ORDERFLEET_MEASURE=1` runs it.
@Suite("Reconcile speed", .enabled(if: getenv("ORDERFLEET_MEASURE") != nil))
struct AuditSpeedTests {
    @Test("Ten thousand accounts with a position each, clean")
    func tenThousand() throws {
        let world = try PersistenceWorld(partitions: 8)
        for start in stride(from: 1, through: 10_000, by: 500) {
            try open(start..<start + 500, world)
        }
        for partition in 0..<8 { try world.writer(partition: partition).work() }
        var seen = 0
        var report = AuditReport()
        let took = try ContinuousClock().measure {
            report = try Reconciliation(
                redis: world.redis.address, postgres: try connect(world.url), partitions: 8
            ).run { seen = $0 }
        }
        #expect(report.isClean, "\(report.findings.prefix(5))")
        #expect(report.accounts == 10_000 && seen == 10_000 && report.activeOrders == 10_000)
        print("reconciled \(report.accounts) accounts, \(report.events) events in \(took)")
    }

    /// Creates accounts and opens a position of each, as few batches of the loop would.
    private func open(_ users: Range<Int>, _ world: PersistenceWorld) throws {
        let accounts = try users.map { try AccountID(.live, "\($0)") }
        let loads = try world.stores.accounts.load(accounts.map { LoadRequest(account: $0) })
            .map { try $0.get() }
        var boxes: [[Record]] = []
        var writes: [AccountWrite] = []
        for (user, loaded) in zip(users, loads) {
            var account = loaded.account
            var records: [Record] = []
            var events: [OrderID: [EventID]] = [:]
            for step in [
                Steps.created, { try Steps.placed(Int64(user), $0) },
                { try Steps.opened(Int64(user), $0) },
            ] {
                let transition = try step(account)
                let (next, record) = try account.applying(
                    transition, at: Steps.prices, random: UInt64(user), now: loaded.now)
                account = next
                records.append(record)
                if let order = transition.order {
                    events[order.id, default: []].append(transition.eventID)
                }
            }
            boxes.append(records)
            writes.append(
                try AccountWrite(
                    from: loaded, to: account, records: records, events: events, answers: [],
                    retention: AccountWrite.Retention(order: 600_000)))
        }
        for reply in world.stores.accounts.apply(writes) { _ = try reply.get() }
        try world.emit(boxes.flatMap { $0 })
        for reply in world.stores.accounts.unbox(boxes) { _ = try reply.get() }
    }
}
