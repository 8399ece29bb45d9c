import Audit
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import Synchronization
import TestSupport
import Testing

/// One thing is wrong, and that is found: nothing else, and never nothing.
@Suite("Reconcile", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct ReconciliationTests {
    /// A world in which one thing was changed by hand.
    struct Corruption: Sendable, CustomTestStringConvertible {
        let what: String
        let checks: Set<Finding.Check>
        let make: @Sendable (AuditWorld) throws -> Void

        var testDescription: String { what }

        init(
            _ what: String, _ checks: Set<Finding.Check>,
            _ make: @escaping @Sendable (AuditWorld) throws -> Void
        ) {
            self.what = what
            self.checks = checks
            self.make = make
        }
    }

    static let redis: [Corruption] = [
        Corruption("balance off by the last digit", [.balance]) {
            try $0.base.ask("HSET", $0.account.portfolio, "balance", "10023.80000001")
        },
        Corruption("copy of the balance", [.balance]) {
            try $0.base.ask("HSET", $0.account.config, "wallet_balance", "10023.79999999")
        },
        Corruption("version ahead", [.version]) {
            try $0.base.ask("HSET", $0.account.portfolio, "orders_version", "10")
        },
        Corruption("version behind", [.version]) {
            try $0.base.ask("HSET", $0.account.portfolio, "orders_version", "8")
        },
        Corruption("token of the account", [.token]) {
            try $0.base.ask("HSET", $0.account.portfolio, "orders_token", "other~1")
        },
        Corruption("last event lost", [.version]) {
            try $0.base.ask("HSET", $0.lane.emitted, $0.account.tag, "8:other~1")
        },
        Corruption("order field", [.order]) {
            try $0.base.ask("HSET", $0.account.holdings($0.position), "stop_loss", "1.05")
        },
        Corruption("order field gone", [.order]) {
            try $0.base.ask("HDEL", $0.account.holdings($0.position), "opened_at")
        },
        Corruption("price of a position", [.order, .book]) {
            try $0.base.ask("HSET", $0.account.holdings($0.position), "order_price", "1.1")
        },
        Corruption("book entry missing", [.book]) {
            try $0.base.ask("HDEL", $0.account.book, $0.gold.text)
        },
        Corruption("book entry wrong", [.book]) { world in
            let key = world.account.book
            let text = try world.base.ask("HGET", key, world.gold.text).string ?? ""
            try world.base.ask(
                "HSET", key, world.gold.text, text.replacing("|BUY|", with: "|SELL|"))
        },
        Corruption("index member too many", [.book]) {
            try $0.base.ask("SADD", $0.account.ordersIndex, "999")
        },
        Corruption("ended order in the index", [.book]) {
            try $0.base.ask("SADD", $0.account.ordersIndex, $0.closed.text)
        },
        Corruption("index member missing", [.book]) {
            try $0.base.ask("SREM", $0.account.ordersIndex, $0.queued.text)
        },
        Corruption("holdings gone", [.book, .margin, .order]) {
            try $0.base.ask("DEL", $0.account.holdings($0.gold))
        },
        Corruption("margin of a symbol", [.margin]) { world in
            let key = world.account.portfolio
            let text = try world.base.ask("HGET", key, "m:EURUSD").string ?? ""
            let rest = text.drop { $0 != " " }
            try world.base.ask("HSET", key, "m:EURUSD", "1100.20000001" + rest)
        },
        Corruption("margin without orders", [.margin]) {
            try $0.base.ask("HSET", $0.account.portfolio, "m:US30", "0 0 - -")
        },
        Corruption("margin missing", [.margin]) {
            try $0.base.ask("HDEL", $0.account.portfolio, "m:XAUUSD")
        },
        Corruption("total", [.margin]) {
            try $0.base.ask("HSET", $0.account.portfolio, "used_margin_all", "1")
        },
        Corruption("unpublished record", [.pending]) { world in
            try world.perform(world.account, publishing: false, Steps.deposited(1, 7))
        },
        Corruption("parked account", [.pending]) { world in
            try world.base.stores.accounts.park(
                world.account, reason: "fork", token: OrdersToken(text: "parked~1"))
        },
        Corruption("unreadable order", [.unreadable]) {
            try $0.base.ask("HSET", $0.account.holdings($0.position), "order_price", "cheap")
        },
        Corruption("account gone", [.version]) {
            try $0.base.ask("DEL", $0.account.portfolio)
        },
    ]

    static let stream: [Corruption] = [
        Corruption("event missing in the stream", [.stream]) {
            try $0.base.ask("XDEL", $0.lane.stream, try $0.events()[4].id)
        },
        Corruption("last event missing in the stream", [.stream]) { world in
            let last = try #require(try world.events().last)
            try world.base.ask("XDEL", world.lane.stream, last.id)
        },
        Corruption("event twice in the stream", [.stream]) { world in
            try world.base.append(
                try world.events()[8].fields, partition: world.lane.partition)
        },
        Corruption("stream out of order", [.stream]) { world in
            let stream = world.lane.stream
            let events = try world.events()
            let partition = world.lane.partition
            for index in [7, 8] { try world.base.ask("XDEL", stream, events[index].id) }
            for index in [8, 7] {
                try world.base.append(events[index].fields, partition: partition)
            }
        },
        Corruption("token in the stream", [.token]) { world in
            let last = try #require(try world.events().last)
            var fields = last.fields
            fields["orders_token"] = "other~1"
            try world.base.ask("XDEL", world.lane.stream, last.id)
            try world.base.append(fields, partition: world.lane.partition)
        },
        Corruption("entry of nobody", [.unreadable]) {
            try $0.base.append(Fields(["hello": "world"]), partition: $0.lane.partition)
        },
    ]

    static let postgres: [Corruption] = [
        Corruption("balance in Postgres", [.balance]) {
            try $0.sql("UPDATE accounts SET balance = balance - 0.00000001 WHERE user_id = '1'")
        },
        Corruption("ledger row", [.balance]) {
            try $0.sql(
                "UPDATE ledger_entries SET amount = amount + 0.01 WHERE user_id = '1' "
                    + "AND kind = 'deposit'")
        },
        Corruption("ledger row missing", [.balance]) {
            try $0.sql("DELETE FROM ledger_entries WHERE user_id = '1' AND kind = 'swap'")
        },
        Corruption("ledger rows that make up for each other", [.balance]) {
            try $0.sql(
                """
                UPDATE ledger_entries SET amount = amount + CASE kind WHEN 'profit' THEN 1 ELSE -1
                END WHERE user_id = '1' AND kind IN ('profit', 'deposit')
                """)
        },
        Corruption("net profit", [.balance]) {
            try $0.sql(
                "UPDATE orders SET profit = profit + 1, net_profit = net_profit + 1 "
                    + "WHERE order_id = 1004")
        },
        Corruption("missing event", [.version]) {
            try $0.sql("DELETE FROM order_events WHERE user_id = '1' AND orders_version = 5")
        },
        Corruption("account behind", [.version]) {
            try $0.sql("UPDATE accounts SET orders_version = 8 WHERE user_id = '1'")
        },
        Corruption("swapped token of an event", [.token]) {
            try $0.sql(
                "UPDATE order_events SET orders_token = 'other~1' WHERE user_id = '1' "
                    + "AND orders_version = 5")
        },
        Corruption("token of the account in Postgres", [.token]) {
            try $0.sql("UPDATE accounts SET orders_token = 'other~1' WHERE user_id = '1'")
        },
        Corruption("snapshot", [.order]) {
            try $0.sql(
                """
                UPDATE orders SET snapshot = jsonb_set(snapshot, '{order_price}', '"1.1"')
                WHERE order_id = 1002
                """)
        },
        Corruption("order missing", [.order]) {
            try $0.sql("DELETE FROM orders WHERE order_id = 1001")
        },
        Corruption("order active too long", [.order, .balance]) {
            try $0.sql(
                """
                UPDATE orders SET state = 'open', profit = NULL, net_profit = NULL
                WHERE order_id = 1004
                """)
        },
        Corruption("margin in Postgres", [.margin]) {
            try $0.sql(
                "UPDATE accounts SET used_margin_all = used_margin_all + 1 WHERE user_id = '1'")
        },
        Corruption("margin of a symbol in Postgres", [.margin]) {
            try $0.sql(
                "UPDATE accounts SET portfolio = portfolio - 'm:EURUSD' WHERE user_id = '1'")
        },
        Corruption("stopped persistence", [.pending]) {
            try $0.sql(
                """
                INSERT INTO parked_accounts (user_type, user_id, orders_version, reason, detail)
                SELECT user_type, user_id, 9, 'refused', 'x' FROM accounts WHERE user_id = '1'
                """)
        },
    ]

    @Test("A world as the fleet leaves it is clean, and summed")
    func clean() throws {
        let world = try AuditWorld()
        let report = try world.reconcile()
        #expect(report.findings.isEmpty, "\(report.findings)")
        #expect(report.isClean)
        #expect(report.accounts == 4 && report.activeOrders == 12 && report.events == 4 * 9)
        #expect(report.balances == (try Money("40095.2")) && report.ledger == report.balances)
    }

    @Test("What is wrong in Redis is found", arguments: redis)
    func wrongInRedis(_ corruption: Corruption) throws { try expect(corruption) }

    @Test("What is wrong in the stream is found", arguments: stream)
    func wrongInStream(_ corruption: Corruption) throws { try expect(corruption) }

    @Test("What is wrong in Postgres is found", arguments: postgres)
    func wrongInPostgres(_ corruption: Corruption) throws { try expect(corruption) }

    private func expect(_ corruption: Corruption) throws {
        let world = try AuditWorld()
        try corruption.make(world)
        let report = try world.reconcile()
        #expect(Set(report.findings.map(\.check)) == corruption.checks, "\(report.findings)")
        let others = report.findings.filter {
            $0.account != world.account.tag && $0.check != .unreadable
        }
        #expect(others.isEmpty, "\(others)")
        #expect(!report.isClean)
    }

    @Test("An account that Postgres has never seen, and one that Redis has forgotten")
    func missing() throws {
        let world = try AuditWorld()
        try world.perform(try AccountID(.live, "99"), Steps.created)
        try world.sql(
            """
            INSERT INTO accounts (user_type, user_id, orders_version, orders_token, balance,
                used_margin_executed, used_margin_all, portfolio, updated_ms)
            VALUES ('demo', '98', 1, 'x~1', 0, 0, 0, '{}', 1)
            """)
        let found = try world.reconcile().findings.map(\.description)
        #expect(
            found == [
                "demo:98 version: is not in Redis", "live:99 version: is not in Postgres",
            ])
    }

    @Test("An account that moves while it is looked at is looked at again")
    func moving() throws {
        let world = try AuditWorld()
        let (address, url) = (world.base.redis.address, world.base.url)
        let findings = Mutex<[String]>(["none came"])
        let auditor = Background {
            do {
                let report = try Reconciliation(
                    redis: address, postgres: try connect(url), partitions: 2
                ).run()
                findings.withLock { $0 = report.findings.map(\.description) }
            } catch {
                findings.withLock { $0 = ["\(error)"] }
            }
        }
        for number in 0..<60 {
            try world.perform(world.account, Steps.deposited(1, 100 + number))
            if number.isMultiple(of: 3) { try world.persist() }
        }
        try world.persist()
        auditor.join()
        #expect(findings.withLock { $0 } == [])
    }
}
