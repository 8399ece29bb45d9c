import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import PersistenceWriter

/// What the writer makes of events that are as they should be.
@Suite("Persistence", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct WriterTests {
    @Test("A trade becomes rows in every table, with the figures of its record")
    func rows() throws {
        let world = try PersistenceWorld()
        var trader = TradedAccount(try AccountID(.live, "7"))
        try world.emit([trader.step(Steps.created)] + trader.trade(11))
        try world.emit([
            trader.step { try Steps.placed(12, $0) }, trader.step { try Steps.rejected(12, $0) },
        ])
        try world.writer().work()

        #expect(try world.numbers(of: trader.id) == [1, 2, 3, 4, 5, 6])
        #expect(try world.pending() == 0)
        let account = try world.postgres.query("SELECT * FROM accounts")[0]
        #expect(try account.int64("orders_version") == 6)
        #expect(try account.text("orders_token") == trader.account.portfolio?.token.text)
        #expect(try account.text("balance") == "10023.80000000")
        #expect(try account.text("group_name") == Samples.group)
        #expect(try account.text("leverage") == "100.00000000")
        let order = try world.postgres.query("SELECT * FROM orders WHERE order_id = 11")[0]
        #expect(try order.text("state") == "closed" && order.text("net_profit") == "23.80000000")
        #expect(try order.int64("opened_ms") == 1_760_000_000_005)
        #expect(try order.int64("ended_ms") == order.int64("updated_ms"))
        #expect(try order.int64("order_version") == 3 && order.int64("orders_version") == 4)
        let refused = try world.postgres.query("SELECT * FROM orders WHERE order_id = 12")[0]
        #expect(try refused.text("state") == "rejected" && refused.isNull("opened_ms"))
        let ledger = try world.postgres.query(
            "SELECT kind, amount::text, balance_after::text FROM ledger_entries ORDER BY 1")
        #expect(
            try ledger.map { try $0.text("kind") + $0.text("amount") } == [
                "commission-0.70000000", "deposit10000.00000000", "profit25.00000000",
                "swap-0.50000000",
            ])
        #expect(try ledger.last?.text("balance_after") == "10023.80000000")
        let rejection = try world.postgres.query("SELECT * FROM order_rejections")
        #expect(try rejection.map { try $0.text("margin_released") } == ["1000.00000000"])
        let requests = try world.postgres.query("SELECT request_id FROM requests ORDER BY 1")
        #expect(
            try requests.map { try $0.text("request_id") } == ["create", "place-11", "place-12"])
    }

    @Test("The snapshot in Postgres is the holdings hash, field by field")
    func snapshot() throws {
        let world = try PersistenceWorld()
        var trader = TradedAccount(try AccountID(.demo, "7"))
        try world.emit([
            trader.step(Steps.created), trader.step { try Steps.placed(11, $0) },
            trader.step { try Steps.opened(11, $0) },
        ])
        try world.writer().work()
        let stored = try world.postgres.query(
            "SELECT f.key, f.value FROM orders, jsonb_each_text(snapshot) f")
        let snapshot = try Dictionary(
            uniqueKeysWithValues: stored.map { (try $0.text("key"), try $0.text("value")) })
        let fields = try Steps.kept(11, trader.account).fields.list
        #expect(snapshot == Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) }))
    }

    @Test("More than one batch, many accounts, in order; each number once")
    func batches() throws {
        let world = try PersistenceWorld()
        var records: [Record] = []
        for user in 1...7 {
            var trader = TradedAccount(try AccountID(.live, "\(user)"))
            records.append(try trader.step(Steps.created))
            for order in 0..<120 {
                records += try trader.trade(Int64(user * 1_000 + order))
            }
        }
        // Accounts mixed, each in its order.
        let mixed = records.enumerated().sorted {
            ($0.element.number, $0.offset) < ($1.element.number, $1.offset)
        }
        try world.emit(mixed.map(\.element))
        let writer = try world.writer()
        try writer.work()
        #expect(try world.count("order_events") == Int64(records.count))
        #expect(try world.count("orders") == 840)
        #expect(try world.count("ledger_entries") == 7 + 3 * 840)
        #expect(try world.pending() == 0)
        // Only fills carry the arrival of a report.
        #expect(writer.tally.total("applied commands") == records.count - 840)
        #expect(writer.tally.counts["applied"] == 840)
        let sums = try world.postgres.query(
            """
            SELECT count(*) AS n FROM accounts a WHERE balance = (SELECT sum(amount)
            FROM ledger_entries l WHERE (l.user_type, l.user_id) = (a.user_type, a.user_id))
            """)
        #expect(try sums[0].int64("n") == 7)
    }

    @Test("What is handed out again changes nothing and is acknowledged")
    func repeats() throws {
        let world = try PersistenceWorld()
        var trader = TradedAccount(try AccountID(.copyFollower, "7"))
        let records = try [trader.step(Steps.created)] + trader.trade(11)
        try world.emit(records)
        try world.writer().work()
        let before = try world.postgres.query("SELECT xmin::text FROM accounts")[0].text("xmin")
        // The same events again, as a stream that was restored would hold them.
        for record in records { try world.append(record.event) }
        let writer = try world.writer()
        try writer.work()
        #expect(writer.tally.total("ignored duplicate") == 4)
        #expect(writer.tally.counts["applied"] == nil, "only what is new is measured")
        #expect(try world.numbers(of: trader.id) == [1, 2, 3, 4])
        #expect(try world.pending() == 0 && world.stops().isEmpty)
        let after = try world.postgres.query("SELECT xmin::text FROM accounts")[0].text("xmin")
        #expect(before == after)
    }

    @Test("Events that both groups have are trimmed after ten minutes, by the writer itself")
    func trims() throws {
        let world = try PersistenceWorld()
        let stream = LaneID(events: 0, .persistence).stream
        let trader = try AccountID(.live, "7")
        var traded = TradedAccount(trader)
        let records = try (0..<300).map { number in
            try number == 0
                ? traded.step(Steps.created) : traded.step(Steps.deposited(1, number))
        }
        let old = try (world.stores.events.time(partition: 0)) - 601_000
        for (index, record) in records.enumerated() {
            let age = index < 250 ? old : old + 600_000
            var command = ["\(age)-\(index)"]
            for field in record.event.list { command += [field.name, field.value] }
            _ = try world.stores.client.call(
                RedisCommand("XADD", slot: stream.slot.number, [stream.text] + command)
            ).get()
        }
        let writer = try world.writer()
        try writer.work()
        #expect(try world.length(stream) == 300, "the projector has not read them")
        // The projector acknowledges everything.
        _ = try world.stores.client.call(
            RedisCommand(
                "XGROUP", slot: stream.slot.number, ["SETID", stream.text, "projection", "$"])
        ).get()
        writer.pass(.seconds(11))
        try writer.work()
        let left = try world.length(stream)
        // Whole nodes of a hundred go, never one that holds something young.
        #expect(left >= 50 && left <= 150, "\(left)")
        #expect(try world.count("order_events") == 300)
    }
}
