import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Audit
@testable import Fleet

/// What an account needs, by where it stands in Redis and in Postgres.
@Suite struct RebuildVerdictTests {
    private func verdict(_ change: (inout RebuildVerdict.Standing) -> Void) -> String {
        var standing = RebuildVerdict.Standing(
            number: 5, token: "t5", published: RedisView.Published(number: 5, token: "t5"),
            stored: 5, storedToken: "t5")
        change(&standing)
        return RebuildVerdict(standing).description
    }

    @Test func oneStoryIsFine() {
        #expect(verdict { _ in } == "fine")
        #expect(
            verdict {
                $0.parked = "gap"
                $0.token = "p"
            } == "resume: it was parked: gap")
    }

    @Test func whatRedisLostIsRestored() {
        #expect(verdict { $0.number = nil } == "restore: it is not in Redis")
        #expect(verdict { $0.number = 4 } == "restore: Redis is at 4, Postgres at 5")
        #expect(verdict { $0.token = "x" } == "restore: number 5 is another step in Postgres")
        #expect(
            verdict {
                ($0.parked, $0.token) = ("fork", "p")
                $0.published = nil
            }
                == "restore: number 5 is another step in Postgres")
    }

    @Test func whatIsPublishedIsNotedAnew() {
        #expect(verdict { $0.published = nil } == "resume: what is published was lost")
        #expect(
            verdict { $0.published = .init(number: 3, token: "t3") }
                == "resume: what is published was lost")
    }

    @Test func redisMayBeAhead() {
        let box: [Int64: String] = [6: "t6", 7: "t7"]
        #expect(verdict { ($0.number, $0.token, $0.outbox) = (7, "t7", box) } == "fine")
        #expect(
            verdict {
                ($0.number, $0.token, $0.outbox) = (7, "p", box)
                $0.parked = "gap"
                $0.published = .init(number: 3, token: "t3")
            } == "resume: what is published was lost")
        #expect(
            verdict { ($0.number, $0.token, $0.outbox) = (7, "t7", [7: "t7"]) }
                == "restore, discarding 2 steps: step 6 was lost")
        let published = RedisView.Published(number: 7, token: "t7")
        #expect(verdict { ($0.number, $0.token, $0.published) = (7, "t7", published) } == "fine")
        #expect(
            verdict {
                ($0.number, $0.token, $0.published) = (7, "p", published)
                $0.parked = "gap"
            } == "waits: events up to 7, Postgres at 5")
        #expect(
            verdict {
                ($0.number, $0.token, $0.published, $0.isStopped) = (7, "t7", published, true)
            } == "restore, discarding 2 steps: its persistence stopped at 5")
    }
}

@Suite("Rebuild", .enabled(if: PrivatePostgres.shouldRun && PrivateRedis.shouldRun))
struct RebuildTests {
    private func report(_ world: AuditWorld, _ words: String...) throws -> (String, Bool) {
        let context = Context(
            settings: try Settings(environment: [
                "REDIS_URL": world.base.redis.url, "DATABASE_URL": world.base.url,
            ]))
        let report = try RebuildCommand.spec.run(
            Invocation(words, of: RebuildCommand.spec), context)
        return (report.text(json: false), report.exitCode == ExitCode.success)
    }

    private func contents(_ world: AuditWorld) throws -> [String: [String: String]] {
        var contents: [String: [String: String]] = [:]
        let redis = world.base.stores.client
        for account in world.accounts {
            let orders = try redis.fields(of: account.book).list.map(\.name)
            let keys =
                [account.portfolio, account.config, account.book]
                + (try orders.map { account.holdings(try OrderID($0)) })
            for key in keys {
                contents[key.text] = Dictionary(
                    try redis.fields(of: key).list.map { ($0.name, $0.value) }
                ) { $1 }
            }
        }
        return contents
    }

    @Test func anEmptyRedisIsFilledAgain() throws {
        let world = try AuditWorld()
        let before = try contents(world)
        let partitions = world.base.partitions
        _ = try world.base.stores.client.call(RedisCommand("FLUSHALL", slot: nil)).get()
        try RedisTopology.initialise(
            world.base.stores.client, partitions: partitions, providers: [.house])
        let dry = try report(world, "--all", "--dry-run")
        #expect(dry.1 && dry.0.contains("restore: it is not in Redis"), "\(dry.0)")
        #expect(try contents(world).values.allSatisfy(\.isEmpty), "a dry run changes nothing")
        let done = try report(world, "--all", "--by", "ann")
        #expect(done.1, "\(done.0)")
        #expect(try contents(world) == before)
        let clean = try world.reconcile()
        #expect(clean.isClean, "\(clean.findings)")
        #expect(try Topology(world.base.stores.coordination.topology()).incarnation == 2)
        for order in [world.queued, world.position, world.closed] {
            let lookup = Keys.lookup(LifecycleID(order))
            #expect(try world.base.ask("GET", lookup) == .text(order.text))
            let life = try world.base.ask("PTTL", lookup).number ?? 0
            #expect(order == world.closed ? life > 0 : life == -1, "\(order)")
            #expect(
                try world.base.ask("HGET", Keys.orderData(order), "user_id")
                    == .text(world.account.userID))
        }
        #expect(
            try world.base.ask("HGET", world.account.orderDone(world.closed), "state")
                == .text("closed"))
        let create = world.account.orderResult(try RequestID("create"))
        #expect(try world.base.ask("HGET", create, "status") == .text("accepted"))
        // It goes on as if nothing had been.
        try world.perform(world.account, orders: [world.position.number]) {
            try Steps.closed(world.position.number, $0)
        }
        try world.persist()
        #expect(try world.reconcile().isClean)
        let again = try report(world, "--all")
        #expect(again.1 && again.0.contains("fine: 4 of 4"), "\(again.0)")
        #expect(try Topology(world.base.stores.coordination.topology()).incarnation == 2)
    }

    @Test func whoFellBehindIsPutWherePostgresIs() throws {
        let world = try AuditWorld()
        let before = try contents(world)
        let redis = world.base.stores.client
        let dump = try redis.call(
            RedisCommand(
                "DUMP", slot: world.account.slot.number, [world.account.portfolio.text])
        ).get()
        try world.perform(world.account, orders: [world.position.number]) {
            try Steps.closed(world.position.number, $0)
        }
        try world.persist()
        let after = try contents(world)
        var restore = RedisCommand(
            "RESTORE", slot: world.account.slot.number, [world.account.portfolio.text, "0"])
        restore.append(dump.utf8 ?? [])
        restore.append("REPLACE")
        _ = try redis.call(restore).get()
        let portfolio = world.account.portfolio.text
        #expect(try contents(world)[portfolio] == before[portfolio])
        #expect(try !world.reconcile().isClean)
        let done = try report(world, world.account.tag, "--by", "ann")
        #expect(done.1 && done.0.contains("restore: Redis is at"), "\(done.0)")
        #expect(try contents(world) == after)
        #expect(try world.reconcile().isClean)
    }

    @Test func stepsThatOnlyRedisKnowsAreNotThrownAwayUnasked() throws {
        let world = try AuditWorld()
        try world.perform(world.account, orders: [world.position.number]) {
            try Steps.closed(world.position.number, $0)
        }
        // The event is lost before anybody read it.
        try world.base.ask("XTRIM", world.lane.stream, "MAXLEN", "0")
        try world.base.ask(
            "HSET", world.lane.emitted, world.account.tag, "1:lost")
        let dry = try report(world, world.account.tag, "--dry-run")
        #expect(!dry.1 && dry.0.contains("waits: --discard would throw 1 steps"), "\(dry.0)")
        let dryDiscard = try report(world, world.account.tag, "--dry-run", "--discard")
        #expect(dryDiscard.1 && dryDiscard.0.contains("discarding 1 steps"), "\(dryDiscard.0)")
        let asked = try report(world, world.account.tag)
        #expect(asked.0 == dry.0, "the dry run said so")
        #expect(!asked.1 && asked.0.contains("--discard"), "\(asked.0)")
        let portfolio = try world.base.ask("HGET", world.account.portfolio, "parked")
        #expect(portfolio == .null, "it was not even parked")
        let done = try report(world, world.account.tag, "--discard", "--by", "ann")
        #expect(done.1 && done.0.contains("discarding 1 steps"), "\(done.0)")
        #expect(try world.reconcile().isClean)
        #expect(throws: UsageError.self) { try report(world) }
        #expect(throws: Failure.self) { try report(world, "live:999") }
    }

    @Test func aParkedAccountThatLostNothingTradesAgain() throws {
        let world = try AuditWorld()
        try world.base.stores.accounts.park(
            world.account, reason: "gap", token: OrdersToken(text: "parked/gap~1"))
        #expect(try !world.reconcile().isClean)
        let done = try report(world, world.account.tag, "--by", "ann")
        #expect(done.1 && done.0.contains("resume: it was parked: gap"), "\(done.0)")
        #expect(try world.reconcile().isClean)
    }
}
