import Audit
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Fleet

@Suite("Dead letters", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct DeadActionTests {
    @Test func whatDiedOfFailureReturnsWithWhatWaitsForIt() throws {
        let world = try LetterWorld()
        let fill = try world.die(.open, .attempts, world.position, event: "fill", arrival: "2-0")
        let close = try world.die(.close, .parked, world.position, event: "c", arrival: "3-0")
        let other = try world.die(.close, .impossible, world.key, event: "x")
        #expect(try world.marks(world.position) == "fill=attempts")

        let dry = try world.run(DeadActions.redrive, fill, "--dry-run")
        #expect(dry.isFine && dry.text.contains("would return: 2 of 2"), "\(dry.text)")
        #expect(try world.archive().isEmpty)
        #expect(try world.fields(world.lane(.open).stream).isEmpty)
        #expect(try world.marks(world.position) == "fill=attempts")

        let alone = try world.run(DeadActions.redrive, close, "--by", "bob")
        #expect(!alone.isFine && alone.text.contains("waits for fill"), "\(alone.text)")
        let done = try world.run(
            DeadActions.redrive, fill, "--by", "ann", "--note", "mended")
        #expect(done.isFine && done.text.contains("returned: 2 of 2"), "\(done.text)")
        #expect(try world.marks(world.position) == nil)
        let filled = try world.fields(world.lane(.open).stream)
        #expect(
            filled == [
                [
                    "v": "1", "key": world.position.text, "event_id": "fill", "arrival": "2-0",
                    "redriven": "1",
                ]
            ])
        #expect(try world.fields(world.lane(.close).stream).map { $0["event_id"] } == ["c"])
        #expect(try world.fields(world.lane(.open).dead).isEmpty)
        #expect(
            try world.archive() == [
                fill: "attempts redriven ann mended", close: "parked redriven ann mended",
            ])
        let left = try world.run(DeadCommands.list)
        #expect(left.text.contains(other) && left.text.contains("dead letters: 1"))
    }

    @Test func aLateFillFindsItsOrderAgain() throws {
        let world = try LetterWorld()
        let holdings = world.key.account.holdings(world.key.order)
        let before = try world.context.redis().fields(of: holdings)
        try world.audit.base.ask("DEL", holdings)
        let letter = try world.die(.open, .lateFill, world.key, event: "late")
        let dry = try world.run(DeadActions.redrive, "--reason", "late_fill", "--dry-run")
        #expect(dry.isFine && dry.text.contains("order restored from Postgres"), "\(dry.text)")
        #expect(try world.context.redis().fields(of: holdings).isEmpty, "nothing is changed")
        let done = try world.run(DeadActions.redrive, "--reason", "late_fill", "--by", "ann")
        #expect(done.isFine, "\(done.text)")
        #expect(done.text.contains("order restored from Postgres"))
        let after = try world.context.redis().fields(of: holdings)
        let byName = { (fields: Fields) in fields.list.sorted { $0.name < $1.name } }
        #expect(byName(after) == byName(before))
        #expect(try world.fields(world.lane(.open).stream).count == 1)
        #expect(try world.archive()[letter] == "late_fill redriven ann -")
        #expect(try world.audit.reconcile().isClean)
    }

    @Test func whatPostgresDoesNotKnowYetStays() throws {
        let world = try LetterWorld()
        try world.audit.base.ask("DEL", world.key.account.holdings(world.key.order))
        try world.audit.base.ask(
            "HINCRBY", world.key.account.orderDone(world.key.order), "version", "1")
        try world.die(.open, .lateFill, world.key, event: "late")
        let dry = try world.run(DeadActions.redrive, "--reason", "late_fill", "--dry-run")
        #expect(!dry.isFine && dry.text.contains("has not caught up"), "\(dry.text)")
        #expect(dry.text.contains("would return: 0 of 1"), "\(dry.text)")
        let done = try world.run(DeadActions.redrive, "--reason", "late_fill", "--by", "ann")
        #expect(!done.isFine && done.text.contains("has not caught up"), "\(done.text)")
        #expect(try world.fields(world.lane(.open).dead).count == 1)
        try world.audit.sql("UPDATE orders SET state = 'open', profit = NULL, net_profit = NULL")
        try world.audit.sql(
            "UPDATE orders SET snapshot = snapshot || '{\"state\": \"open\"}'::jsonb")
        let lost = try world.run(DeadActions.redrive, "--reason", "late_fill", "--by", "ann")
        #expect(!lost.isFine && lost.text.contains("Redis has lost it"), "\(lost.text)")
    }

    @Test func aParkedAccountsLettersReturnOnceItTrades() throws {
        let world = try LetterWorld()
        let account = world.audit.account
        try world.audit.base.stores.accounts.park(
            account, reason: "gap", token: OrdersToken(text: "p~1"))
        try world.die(.open, .accountParked, world.position, event: "a")
        let stays = try world.run(DeadActions.redrive, "--all", "--by", "ann")
        #expect(!stays.isFine && stays.text.contains("is parked: gap"), "\(stays.text)")
        #expect(try world.archive().isEmpty, "nothing was done")
        try world.audit.base.ask("HSET", account.portfolio, "parked", "unpublished")
        try world.die(.open, .unpublished, world.position, event: "u", arrival: "0-1")
        let done = try world.run(DeadActions.redrive, "--reason", "unpublished", "--by", "ann")
        #expect(done.isFine && done.text.contains("returned: 2 of 2"), "\(done.text)")
        #expect(
            try world.fields(world.lane(.open).stream).map { $0["event_id"] } == ["u", "a"])
        #expect(try world.audit.reconcile().isClean, "it has the token of its last step again")
    }

    @Test func whatIsDroppedIsKeptWithTheReason() throws {
        let world = try LetterWorld()
        let letter = try world.die(.open, .attempts, world.position, event: "fill")
        #expect(throws: UsageError.self) { try world.run(DeadActions.drop, letter) }
        #expect(throws: UsageError.self) { try world.run(DeadActions.drop, "--note", "x") }
        #expect(throws: Failure.self) {
            try world.run(DeadActions.drop, "open:0/1-1", "--note", "x")
        }
        let dry = try world.run(DeadActions.drop, letter, "--note", "x", "--dry-run")
        #expect(dry.isFine && dry.text.contains("would go: 1 of 1"))
        let done = try world.run(DeadActions.drop, letter, "--note", "test trade", "--by", "ann")
        #expect(done.isFine, "\(done.text)")
        #expect(try world.archive() == [letter: "attempts dropped ann test trade"])
        #expect(try world.fields(world.lane(.open).dead).isEmpty)
        #expect(try world.marks(world.position) == "fill=dropped", "it still changes nothing")
        #expect(try world.fields(world.lane(.open).stream).isEmpty)
    }

    @Test func twoPeopleDoNotActOnOneLetter() throws {
        let world = try LetterWorld()
        let name = try world.die(.open, .attempts, world.position, event: "fill")
        let archive = DeadLetterArchive(world.audit.base.postgres)
        let letter = try #require(try LetterDesk(world.context).letters().first)
        func claim(_ actor: String, _ action: DeadLetterArchive.Action) throws -> Set<String> {
            try archive.claim([letter], action, by: .init(name: actor, note: nil))
        }
        #expect(try claim("ann", .redriven) == [name])
        #expect(try claim("ann", .redriven) == [name], "a repeat is harmless")
        #expect(try claim("bob", .dropped).isEmpty)
        let refused = try world.run(DeadActions.drop, name, "--note", "x", "--by", "bob")
        #expect(!refused.isFine && refused.text.contains("somebody else acts on it"))
        // Ann's command died before it did anything: after a minute anybody may go on.
        try world.audit.sql(
            "UPDATE dead_letters SET acted_at = acted_at - interval '2 minutes'")
        #expect(try world.run(DeadActions.drop, name, "--note", "x", "--by", "bob").isFine)
        #expect(try world.archive() == [name: "attempts dropped bob x"])
    }

    @Test func aCommandAndAReportGoBackAsTheyCame() throws {
        let world = try LetterWorld()
        let entry = try world.audit.base.ask(
            "XADD", world.lane(.orders).dead, "*", "dead_reason", "unreadable", "dead_at", "1",
            "dead_entry", "7-0", "command", "place")
        try world.audit.base.ask(
            "XADD", world.lane(.reports).dead, "*", "dead_reason", "unknown_id", "dead_at", "1",
            "dead_entry", "8-0", "deferrals", "9", "deferred_at", "1", "order_id", "5")
        #expect(entry.string != nil)
        #expect(try world.run(DeadActions.redrive, "--all", "--by", "ann").isFine)
        #expect(
            try world.fields(world.lane(.orders).stream)
                == [["command": "place", "arrival": "7-0"]])
        #expect(
            try world.fields(world.lane(.reports).stream)
                == [["order_id": "5", "arrival": "8-0", "redriven": "1"]])
    }
}
