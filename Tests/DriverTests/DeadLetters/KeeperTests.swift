import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import PersistenceWriter

/// The writer archives dead letters as they die.
@Suite("Dead letter keeper", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct KeeperTests {
    private let lane = LaneID(queue: .close, 0)

    private func keeper(_ world: PersistenceWorld, _ tally: Tally) throws -> DeadLetterKeeper {
        DeadLetterKeeper(
            store: world.stores.deadLetters,
            archive: DeadLetterArchive(try connect(world.url)), providers: [.house],
            counters: tally)
    }

    private func die(_ world: PersistenceWorld, _ lane: LaneID, _ detail: String) throws {
        try world.ask(
            "XADD", lane.dead, "*", "dead_reason", "attempts", "dead_at", "5", "detail", detail)
    }

    private func details(_ world: PersistenceWorld) throws -> [String] {
        try world.postgres.query(
            "SELECT queue, fields->>'detail' AS detail FROM dead_letters"
        ).map { try $0.text("queue") + " " + $0.text("detail") }.sorted()
    }

    @Test func lettersAreArchivedOnceOfEveryLane() throws {
        let world = try PersistenceWorld()
        let keeper = try keeper(world, Tally())
        let start = MonotonicTime(nanoseconds: 1)
        try die(world, lane, "a")
        try die(world, LaneID(queue: .provider(.house), 0), "b")
        try die(world, LaneID(events: 0, .projection), "c")
        try keeper.look(0, at: start)
        try die(world, lane, "d")
        try keeper.look(0, at: start)
        let three = ["close a", "events/projection c", "provider-house b"]
        #expect(try details(world) == three, "at most once a second")
        try keeper.look(0, at: start.advanced(by: .seconds(1)))
        #expect(try details(world) == (three + ["close d"]).sorted())
        // Another writer takes over and begins at the oldest.
        try self.keeper(world, Tally()).look(0, at: start)
        #expect(try details(world) == (three + ["close d"]).sorted())
    }

    @Test func manyLettersTakeSeveralLooksWithoutARest() throws {
        let world = try PersistenceWorld()
        let keeper = try keeper(world, Tally())
        for number in 0..<600 { try die(world, lane, "\(number)") }
        let now = MonotonicTime(nanoseconds: 1)
        for _ in 0..<3 { try keeper.look(0, at: now) }
        #expect(try details(world).count == 600)
    }

    @Test func bytesThatNoTableKeepsHoldNothingUp() throws {
        let world = try PersistenceWorld()
        try die(world, lane, "a\u{0}b")
        try die(world, lane, "c")
        try keeper(world, Tally()).look(0, at: MonotonicTime(nanoseconds: 1))
        #expect(try details(world) == ["close a\u{FFFD}b", "close c"])
    }

    @Test func aLetterThatPostgresRefusesHoldsUpNoOther() throws {
        let world = try PersistenceWorld()
        try world.postgres.run(
            script: "ALTER TABLE dead_letters ADD CHECK (fields->>'detail' <> 'b')")
        for detail in ["a", "b", "c"] { try die(world, lane, detail) }
        let tally = Tally()
        let keeper = try keeper(world, tally)
        try keeper.look(0, at: MonotonicTime(nanoseconds: 1))
        #expect(try details(world) == ["close a", "close c"])
        #expect(tally.alarms == ["dead letter not archived"])
    }
}
