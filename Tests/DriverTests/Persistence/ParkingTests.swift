import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import PersistenceWriter

/// An account whose events Postgres cannot take stops alone, and comes back whole.
@Suite("Persistence parked", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct ParkingTests {
    /// What keeps an event of account `bad` out. Its number is 3 of 6.
    struct Obstacle: Sendable, CustomTestStringConvertible {
        let reason: String
        /// Changes the events on their way into the stream, or the database.
        let event: @Sendable (inout Fields) -> Void
        let raise: String?
        /// How a person mends it.
        let mend: String?

        var testDescription: String { reason + (raise ?? "") }

        init(
            _ reason: String, raise: String? = nil, mend: String? = nil,
            event: @escaping @Sendable (inout Fields) -> Void = { _ in }
        ) {
            self.reason = reason
            self.event = event
            self.raise = raise
            self.mend = mend
        }
    }

    static let rule = """
        ALTER TABLE order_events ADD CONSTRAINT odd CHECK (user_id <> '7' OR orders_version < 3)
        """
    static let obstacles = [
        Obstacle(
            "refused", raise: rule, mend: "ALTER TABLE order_events DROP CONSTRAINT odd"),
        Obstacle(
            "refused",
            raise: """
                CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.user_id = '7' AND NEW.orders_version = 3
                THEN RAISE 'not this one'; END IF; RETURN NEW; END $$;
                CREATE CONSTRAINT TRIGGER no AFTER INSERT ON order_events
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()
                """, mend: "DROP TRIGGER no ON order_events"),
    ]

    /// Six events each of two accounts, taking turns.
    private static func events() throws -> (bad: TradedAccount, records: [Record]) {
        var bad = TradedAccount(try AccountID(.live, "7"))
        var good = TradedAccount(try AccountID(.live, "8"))
        var records: [Record] = []
        for step in 0..<6 {
            for (index, make) in [0, 1].enumerated() {
                let transition: (Account) throws -> Transition =
                    step == 0 ? Steps.created : Steps.deposited(1, step)
                records.append(
                    try make == 0 ? bad.step(transition) : good.step(transition))
                _ = index
            }
        }
        return (bad, records)
    }

    @Test(
        "A refused row stops its account there; the others go on; cleared, it comes in order",
        arguments: obstacles)
    func refused(_ obstacle: Obstacle) throws {
        let world = try PersistenceWorld()
        if let raise = obstacle.raise { try world.postgres.run(script: raise) }
        var (bad, records) = try Self.events()
        try world.emit(records)
        let writer = try world.writer()
        try writer.work()
        #expect(try world.numbers(of: bad.id) == [1, 2])
        #expect(try world.numbers(of: AccountID(.live, "8")) == [1, 2, 3, 4, 5, 6])
        #expect(try world.stops() == ["live:7": obstacle.reason])
        #expect(try world.length(world.parked) == 4 && world.pending() == 0)
        #expect(try world.length(world.dead) == 0)
        #expect(writer.tally.alarms == ["persistence parked"])

        // Later ones lie down behind them, before and after a take-over.
        try world.emit([bad.step(Steps.deposited(1, 7))])
        try writer.work()
        let other = try world.writer()
        try world.emit([bad.step(Steps.deposited(1, 8))])
        try other.work()
        #expect(try world.length(world.parked) == 6)
        #expect(try world.numbers(of: bad.id) == [1, 2])

        // Cleared without being mended it stops again.
        try world.clear(bad.id)
        other.pass(.seconds(3))
        try other.work()
        #expect(try world.stops() == ["live:7": obstacle.reason])
        #expect(try world.length(world.parked) == 6)

        if let mend = obstacle.mend { try world.postgres.run(script: mend) }
        try world.clear(bad.id)
        try world.emit([bad.step(Steps.deposited(1, 9))])
        other.pass(.seconds(3))
        try other.work()
        #expect(try world.numbers(of: bad.id) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(try world.length(world.parked) == 0 && world.stops().isEmpty)
        #expect(other.tally.alarms.last == "persistence resumed")
        let balance = try world.postgres.query(
            "SELECT balance::text FROM accounts WHERE user_id = '7'")
        #expect(try balance[0].text("balance") == "10008.00000000")
    }

    @Test("What was cleared while no writer ran is found by the next, before anything new")
    func clearedUnseen() throws {
        let world = try PersistenceWorld()
        try world.postgres.run(script: Self.rule)
        var (bad, records) = try Self.events()
        try world.emit(records)
        try world.writer().work()
        try world.postgres.run(script: "ALTER TABLE order_events DROP CONSTRAINT odd")
        try world.clear(bad.id)
        try world.emit([bad.step(Steps.deposited(1, 7))])
        let writer = try world.writer()
        try writer.work()
        #expect(try world.numbers(of: bad.id) == [1, 2, 3, 4, 5, 6, 7])
        #expect(try world.length(world.parked) == 0)
    }

    @Test("Parked records come back by number, whatever order they lie in; a thousand of them")
    func disorder() throws {
        let world = try PersistenceWorld()
        var bad = TradedAccount(try AccountID(.live, "7"))
        var records = [try bad.step(Steps.created)]
        for number in 1...1_200 { records.append(try bad.step(Steps.deposited(1, number))) }
        // One overtook its predecessor, where an answer of Redis was lost.
        records.swapAt(700, 701)
        let parked = world.parked
        for record in records {
            var arguments = [parked.text, "*", "parked_at", "1", "parked_entry", "1-1"]
            for field in record.event.list { arguments += [field.name, field.value] }
            _ = try world.stores.client.call(
                RedisCommand("XADD", slot: parked.slot.number, arguments)
            ).get()
        }
        try world.writer().work()
        #expect(try world.numbers(of: bad.id) == Array(1...1_201))
        #expect(try world.length(parked) == 0 && world.stops().isEmpty)
    }

    @Test("A gap stops the account until the missing event is there")
    func gap() throws {
        let world = try PersistenceWorld()
        var (bad, records) = try Self.events()
        let missing = records.remove(at: 4)
        #expect(missing.account == bad.id && missing.number == 3)
        for record in records { try world.append(record.event) }
        let writer = try world.writer()
        try writer.work()
        #expect(try world.stops() == ["live:7": "gap"])
        #expect(try world.numbers(of: bad.id) == [1, 2])
        #expect(try world.length(world.parked) == 3)
        // Cleared in vain: it stops again. What is missing comes at last, and lies down with them.
        try world.clear(bad.id)
        writer.pass(.seconds(3))
        try writer.work()
        #expect(try world.stops() == ["live:7": "gap"])
        try world.append(missing.event)
        try writer.work()
        #expect(try world.length(world.parked) == 4)
        try world.clear(bad.id)
        writer.pass(.seconds(3))
        try writer.work()
        #expect(try world.numbers(of: bad.id) == [1, 2, 3, 4, 5, 6])
        try world.append(bad.step(Steps.deposited(1, 7)).event)
        try writer.work()
        #expect(try world.numbers(of: bad.id).last == 7)
    }

    @Test("Another token under a number that is there is a fork")
    func fork() throws {
        let world = try PersistenceWorld()
        let (bad, records) = try Self.events()
        for record in records { try world.append(record.event) }
        var forked = records[4].event
        forked["orders_token"] = "another~1"
        try world.append(forked)
        try world.append(records[6].event)
        try world.writer().work()
        #expect(try world.stops() == ["live:7": "fork"])
        #expect(try world.numbers(of: bad.id) == [1, 2, 3, 4, 5, 6])
        // What comes behind a fork waits, though it is a repeat.
        #expect(try world.length(world.parked) == 2)
        let token = try world.postgres.query(
            "SELECT orders_token FROM order_events WHERE user_id = '7' AND orders_version = 3")
        #expect(try token[0].text("orders_token") == records[4].token.text)
    }

    @Test("An unreadable event stops its account; one of nobody is a dead letter")
    func unreadable() throws {
        let changes: [(reason: String, change: @Sendable (inout Fields) -> Void)] = [
            ("unreadable", { $0["type"] = "ORDER_TELEPORTED" }),
            ("unreadable", { $0["to_state"] = "limbo" }),
            ("unreadable", { $0["orders_version"] = "three" }),
            ("unreadable", { $0["orders_version"] = "3\u{0}" }),
            ("unreadable", { $0["orders_token"] = nil }),
            ("unreadable", { $0["v"] = "2" }),
            ("refused", { $0["event_id"] = nil }),
            ("refused", { $0["balance"] = "much" }),
            ("refused", { $0["event_id"] = "a\u{0}b" }),
        ]
        for (reason, change) in changes {
            let world = try PersistenceWorld()
            let (bad, records) = try Self.events()
            for (index, record) in records.enumerated() {
                var event = record.event
                if index == 4 { change(&event) }
                try world.append(event)
            }
            try world.append(Fields(["hello": "world"]))
            try world.writer().work()
            #expect(try world.stops() == ["live:7": reason])
            #expect(try world.numbers(of: bad.id) == [1, 2])
            #expect(try world.numbers(of: AccountID(.live, "8")) == [1, 2, 3, 4, 5, 6])
            #expect(try world.length(world.parked) == 4)
            #expect(try world.length(world.dead) == 1 && world.pending() == 0)
        }
    }

    @Test("An event that ended three writers stops its account, unless it is there already")
    func suspect() throws {
        let world = try PersistenceWorld()
        var trader = TradedAccount(try AccountID(.live, "7"))
        let records = try [trader.step(Steps.created)] + trader.trade(11)
        try world.emit(records)
        // Writers that took them and died: the first event was committed, the second never.
        let dead = try world.writer()
        let id = LaneID(events: 0, .persistence)
        let nonce = LeaseNonce(1, 0)
        _ = try dead.stores.lane.fetch(id, nonce, .new, count: 2)
        let ids = try dead.stores.lane.fetch(id, nonce, .pending(after: .zero), count: 2).held()
        _ = dead.processor.process([ids.entries[0]], lane: id, now: 0)
        for entry in ids.entries {
            for _ in 0..<3 { _ = try dead.stores.lane.raiseSuspect(id, entry.id) }
        }
        try world.writer().work()
        #expect(try world.numbers(of: trader.id) == [1])
        #expect(try world.stops() == ["live:7": "unreadable"])
        #expect(try world.length(world.parked) == 3 && world.pending() == 0)
    }
}
