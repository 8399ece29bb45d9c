import Glibc
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import Synchronization
import TestSupport
import Testing

@testable import PersistenceWriter

/// Postgres away, answers lost, two writers at once.
@Suite("Persistence away", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct AwayTests {
    private static func impatient() -> PostgresSettings {
        var settings = PostgresSettings()
        settings.statementTimeout = .milliseconds(200)
        settings.silenceGrace = .milliseconds(100)
        settings.connectTimeout = .milliseconds(500)
        return settings
    }

    private static func trades(_ users: ClosedRange<Int>, _ count: Int) throws -> [Record] {
        try users.flatMap { user in
            var trader = TradedAccount(try AccountID(.live, "\(user)"))
            return try [trader.step(Steps.created)]
                + (0..<count).flatMap { try trader.trade(Int64(user * 1_000 + $0)) }
        }
    }

    @Test("While Postgres is away everything is held and the lane rests; then nothing is missing")
    func away() throws {
        let server = try PrivatePostgres()
        let world = try PersistenceWorld(server: server)
        let records = try Self.trades(1...4, 400)
        let writer = try world.writer(settings: Self.impatient())
        try world.emit(Array(records[..<100]))
        try writer.work()
        server.shutDown()
        try world.emit(Array(records[100...]))
        // One failure, then the writer does not even ask until its pause is over.
        for _ in 0..<20 { _ = try writer.lane.turn() }
        #expect(writer.tally.alarms == ["events wait for their store"])
        #expect(writer.lane.heldCount == records.count - 100)
        for alarms in 2...4 {
            writer.pass(.seconds(3))
            for _ in 0..<3 { _ = try writer.lane.turn() }
            #expect(writer.tally.alarms.count == alarms)
        }
        try server.start()
        writer.pass(.seconds(3))
        #expect(
            eventually {
                writer.pass(.seconds(3))
                try? writer.work()
                return writer.lane.heldCount == 0
            })
        #expect(try world.count("order_events") == Int64(records.count))
        #expect(try world.pending() == 0 && world.stops().isEmpty)
    }

    @Test("A lane that holds the most it may fetches nothing and sleeps")
    func full() throws {
        let world = try PersistenceWorld()
        let writer = try world.writer(url: "postgresql:///x?host=/nowhere")
        let event = try Self.trades(1...1, 0)[0].event
        var commands: [RedisCommand] = []
        let lane = LaneID(events: 0, .persistence)
        for _ in 0..<11_500 {
            var command = RedisCommand("XADD", slot: lane.slot.number, [lane.stream.text, "*"])
            for field in event.list {
                command.append(field.name)
                command.append(field.value)
            }
            commands.append(command)
        }
        _ = world.stores.client.pipeline(commands)
        for _ in 0..<15 { _ = try writer.lane.turn() }
        let held = writer.lane.heldCount
        #expect(held >= Lane.mostHeld && held < Lane.mostHeld + RowWriter.mostRows)
        #expect(try writer.lane.turn() == .idle(milliseconds: 50))
        let slept = try ContinuousClock().measure { try writer.lane.wait(milliseconds: 50) }
        #expect(slept >= .milliseconds(45), "new entries must not wake a lane that is full")
        #expect(try world.pending() == Int64(held))
    }

    @Test(
        "A commit whose answer is lost, made and not made: each number once",
        arguments: [true, false])
    func lostAnswer(_ isMade: Bool) throws {
        let server = try PrivatePostgres(config: ["synchronous_standby_names = ''"])
        let world = try PersistenceWorld(server: server)
        let records = try Self.trades(1...3, 5)
        try world.emit(records)
        let admin = try connect(server.url)
        if isMade {
            // The commit is on disk and waits for a standby that does not exist, until it is ended.
            for sql in [
                "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()",
            ] { _ = try admin.query(sql) }
        } else {
            try world.postgres.run(
                script: """
                    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON order_events
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()
                    """)
        }
        let writer = try world.writer()
        let ender = Ender(server.url, isNeeded: isMade)
        for _ in 0..<2 { _ = try writer.lane.turn() }
        ender.end()
        #expect(writer.tally.alarms == ["events wait for their store"])
        #expect(writer.lane.heldCount == records.count)
        #expect(try world.count("order_events") == (isMade ? Int64(records.count) : 0))
        if isMade {
            for sql in ["ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"] {
                _ = try admin.query(sql)
            }
        } else {
            try world.postgres.run(script: "DROP TRIGGER die ON order_events")
        }
        writer.pass(.seconds(3))
        try writer.work()
        #expect(try world.count("order_events") == Int64(records.count))
        #expect(writer.tally.total("ignored duplicate") == (isMade ? records.count : 0))
        #expect(try world.pending() == 0 && world.stops().isEmpty)
    }

    @Test("Postgres is killed while a batch is under way: no row twice, none lost")
    func killed() throws {
        let server = try PrivatePostgres()
        let world = try PersistenceWorld(server: server)
        let records = try Self.trades(1...6, 500)
        try world.emit(records)
        let writer = try world.writer(settings: Self.impatient())
        let killer = Background {
            for pause in [40, 90, 20] {
                usleep(UInt32(pause * 1_000))
                try? server.restart()
            }
        }
        #expect(
            eventually(within: .seconds(60)) {
                writer.pass(.seconds(3))
                _ = try? writer.lane.turn()
                return (try? world.pending()) == 0
                    && (try? world.count("order_events")) == Int64(records.count)
            })
        killer.join()
        #expect(try world.count("order_events") == Int64(records.count))
        #expect(try world.count("ledger_entries") == 6 * (1 + 3 * 500))
        #expect(try world.stops().isEmpty)
    }

    @Test("A sleeper and its successor write the same batch at once: no row twice, no deadlock")
    func together() throws {
        let world = try PersistenceWorld()
        let records = try Self.trades(1...8, 40)
        try world.emit(records)
        let lane = LaneID(events: 0, .persistence)
        let sleeper = try world.writer()
        let batch = try sleeper.stores.lane.fetch(
            lane, LeaseNonce(1, 0), .new, count: 1_000
        ).held().entries
        #expect(batch.count == records.count)
        let results = Mutex<[[EntryResult]]>([])
        let url = world.url
        let address = world.redis.address
        // Each in its own order of accounts, as two processes would read and sort them.
        let writers = [0, 1, 2].map { number in
            Background {
                guard
                    let writer = try? WriterUnderTest(
                        lane, LeaseNonce(9, 9), address: address, url: url,
                        settings: PostgresSettings())
                else { return }
                for start in stride(from: 0, to: batch.count, by: 97 + number) {
                    let part = Array(batch[start..<min(start + 97 + number, batch.count)])
                    let result = writer.processor.process(part, lane: lane, now: 0)
                    results.withLock { $0.append(result) }
                }
            }
        }
        for writer in writers { writer.join() }
        results.withLock { all in
            #expect(all.flatMap { $0 }.count == 3 * batch.count)
            #expect(all.flatMap { $0 }.allSatisfy { $0 == .settle(.done) })
        }
        #expect(try world.count("order_events") == Int64(records.count))
        #expect(try world.count("ledger_entries") == 8 * (1 + 3 * 40))
        #expect(try world.stops().isEmpty)
    }

    @Test("After a take-over a later event does not overtake one that is held")
    func overtaking() throws {
        let world = try PersistenceWorld()
        let records = try Self.trades(1...1, 2)
        try world.emit(records)
        let lane = LaneID(events: 0, .persistence)
        let dead = try world.writer()
        _ = try dead.stores.lane.fetch(lane, LeaseNonce(1, 0), .new, count: 9)
        let entries = try dead.stores.lane.fetch(
            lane, LeaseNonce(1, 0), .pending(after: .zero), count: 9
        ).held().entries
        let writer = try world.writer()
        // Somebody holds the account: the first waits for its lock in vain.
        try world.postgres.run(script: "BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        try writer.connection.run(script: "SET lock_timeout = '50ms'")
        #expect(writer.processor.process([entries[0]], lane: lane, now: 0) == [.hold])
        try world.postgres.run(script: "COMMIT")
        writer.pass(.seconds(3))
        // Alone it would leave a gap.
        #expect(writer.processor.process([entries[1]], lane: lane, now: 0) == [.hold])
        #expect(try world.stops().isEmpty)
        let all = writer.processor.process(entries, lane: lane, now: 0)
        #expect(all == entries.map { _ in .settle(.done) })
    }
}

/// Work on a thread of its own.
final class Background: Sendable {
    private let isDone = Atomic(false)

    init(_ work: @escaping @Sendable () -> Void) {
        Thread.start { [self] in
            work()
            isDone.store(true, ordering: .releasing)
        }
    }

    func join() {
        _ = eventually(within: .seconds(120)) { self.isDone.load(ordering: .acquiring) }
    }
}

/// Ends every session that waits for a standby, while it is needed.
private final class Ender: Sendable {
    private let isNeeded: Atomic<Bool>

    init(_ url: String, isNeeded: Bool) {
        self.isNeeded = Atomic(isNeeded)
        Thread.start { [self] in
            guard let admin = try? connect(url) else { return }
            while self.isNeeded.load(ordering: .relaxed) {
                _ = try? admin.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE wait_event = 'SyncRep' AND query = 'COMMIT'
                    """)
                usleep(20_000)
            }
        }
    }

    func end() { isNeeded.store(false, ordering: .relaxed) }
}
