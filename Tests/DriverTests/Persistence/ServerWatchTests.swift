import Audit
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import Synchronization
import TestSupport
import Testing

@testable import PersistenceWriter

/// Another server where one was is noticed, once.
@Suite("Server watch", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct ServerWatchTests {
    private final class Bell: Sendable {
        let rings = Atomic(0)
        func ring() { rings.add(1, ordering: .relaxed) }
        var count: Int { rings.load(ordering: .relaxed) }
    }

    @Test("The first answer is no news, the same is none, another is; not twice at once")
    func notes() {
        let watch = ServerWatch()
        let bell = Bell()
        let gate = Atomic(false)
        func note(_ names: Set<String>) {
            watch.note(names) {
                bell.ring()
                _ = eventually { gate.load(ordering: .relaxed) }
            }
        }
        note(["a/1", "b/1"])
        note(["b/1", "a/1"])
        #expect(bell.count == 0)
        note(["a/1", "b/2"])
        #expect(eventually { bell.count == 1 })
        note(["c/1", "b/2"])
        note(["c/1", "b/2"])
        #expect(bell.count == 1)
        gate.store(true, ordering: .relaxed)
        // What came meanwhile is news when the first is done.
        #expect(
            eventually {
                note(["c/1", "b/2"])
                return bell.count == 2
            })
    }

    @Test("A server that is started again is noticed, and what it lost is found")
    func restarted() throws {
        let world = try PersistenceWorld()
        let watch = ServerWatch()
        let bell = Bell()
        var now = MonotonicTime(nanoseconds: 1)
        func look() {
            now = now.advanced(by: .seconds(2))
            // While it is away the next look finds it.
            try? watch.look(world.stores.client, at: now) { bell.ring() }
        }
        var trader = TradedAccount(try AccountID(.live, "7"))
        try world.emit([trader.step(Steps.created)])
        try world.writer().work()
        for _ in 0..<3 { look() }
        #expect(bell.count == 0)
        // It kept nothing.
        try world.redis.restart()
        #expect(
            eventually {
                look()
                return bell.count == 1
            })
        for _ in 0..<3 { look() }
        #expect(bell.count == 1)
        let log = Log(service: "test", level: .error, format: .text)
        let counters = Counters(log: log)
        let reconciliation = SelfReconciliation(
            redis: world.redis.address, database: world.url, partitions: 1, log: log,
            counters: counters)
        let report = try #require(try reconciliation.report())
        #expect(report.findings.map(\.description) == ["live:7 version: is not in Redis"])
        reconciliation.tell(report)
        #expect(counters.fields["alarms"] == "Redis_and_Postgres_differ=1")
        // Two writers notice; one reconciles.
        let other = try connect(world.url)
        _ = try other.query(
            "SELECT pg_advisory_lock($1)", [.integer(SelfReconciliation.lock)])
        #expect(try reconciliation.report() == nil)
    }
}
