import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Projector

/// The projector on a real Redis.
@Suite("Projection", .enabled(if: PrivateRedis.shouldRun))
struct ProjectionTests {
    private let lane = LaneID(events: 0, .projection)
    private static let eightDays: Int64 = 8 * 24 * 3_600_000

    fileprivate struct Home {
        let redis: PrivateRedis
        let stores: RedisStores

        init() throws {
            redis = try PrivateRedis()
            stores = RedisStores(redis.address, partitions: 1)
        }

        func projector() -> ProjectorProcessor {
            ProjectorProcessor(
                store: RedisStores(redis.address, partitions: 1).projection, counters: Tally())
        }

        func ask(_ name: StaticString, _ key: some RedisKey, _ more: String...) throws -> Reply {
            try stores.client.call(
                RedisCommand(name, slot: key.slot.number, [key.text] + more)
            ).get()
        }

        func holders(_ symbol: String, _ userType: UserType) throws -> Set<String> {
            let key = Keys.symbolHolders(try Symbol(symbol), userType)
            return Set((try ask("SMEMBERS", key).elements ?? []).compactMap(\.string))
        }

        /// Milliseconds until the key expires; -1 for never, -2 for a missing key.
        func life(_ key: some RedisKey) throws -> Int64 { try ask("PTTL", key).number ?? 0 }
    }

    @Test("Who holds a symbol is known for each user type, from the first order to the last")
    func holders() throws {
        let home = try Home()
        let projector = home.projector()
        for (place, userType) in UserType.allCases.enumerated() {
            let first = Int64(place) * 10
            var accounts = try ["1", "2"].map {
                ProjectedAccount(try AccountID(userType, $0))
            }
            func take(_ entry: Entry) throws -> Set<String> {
                #expect(projector.process([entry], lane: lane, now: 0) == [.settle(.done)])
                return try home.holders("XAUUSD", userType)
            }
            let one = "\(userType.rawValue):1"
            let two = "\(userType.rawValue):2"
            #expect(try take(accounts[0].create()) == [])
            #expect(try take(accounts[0].move(first + 1, to: .queued)) == [one])
            #expect(try take(accounts[0].move(first + 2, to: .queued)) == [one])
            #expect(try take(accounts[1].move(first + 3, to: .queued)) == [one, two])
            #expect(try take(accounts[0].move(first + 1, to: .rejected)) == [one, two])
            #expect(
                try take(accounts[0].move(first + 4, to: .queued, symbol: "EURUSD"))
                    == [one, two])
            #expect(try take(accounts[0].move(first + 2, to: .closed)) == [two])
            #expect(try home.holders("EURUSD", userType) == [one])
            #expect(try take(accounts[1].move(first + 3, to: .closed)) == [])
        }
    }

    @Test("Ids lead on for eight days after the end, and for good once the order is open again")
    func expiry() throws {
        let home = try Home()
        let projector = home.projector()
        var account = ProjectedAccount(try AccountID(.live, "7"))
        let order = OrderID(number: 5)
        let close = LifecycleID(.close, number: 99)
        let lookups = [Keys.lookup(LifecycleID(order)), Keys.lookup(close)]
        for key in lookups { _ = try home.ask("SET", key, order.text) }
        func take(_ entry: Entry) {
            #expect(projector.process([entry], lane: lane, now: 0) == [.settle(.done)])
        }
        func lives() throws -> [Int64] {
            try lookups.map { try home.life($0) } + [home.life(Keys.orderData(order))]
        }
        take(try account.move(5, to: .queued))
        take(try account.move(5, to: .open))
        #expect(try lives() == [-1, -1, -1])
        let end = try account.move(5, to: .cancelled, ids: [close])
        take(end)
        for life in try lives() {
            #expect(life > Self.eightDays - 60_000 && life <= Self.eightDays)
        }
        let again = try account.move(5, to: .open)
        take(again)
        #expect(try lives() == [-1, -1, -1])
        // Whoever comes late with the end changes nothing.
        #expect(home.projector().process([end], lane: lane, now: 0) == [.settle(.done)])
        #expect(try lives() == [-1, -1, -1])
        let state = try home.ask("HGET", Keys.orderData(order), "state").string
        #expect(state == "open")
    }

    @Test("A sleeper that wakes between an end and its ids does not let a live order's ids expire")
    func sleeper() throws {
        let home = try Home()
        var account = ProjectedAccount(try AccountID(.live, "7"))
        let lookup = Keys.lookup(LifecycleID(OrderID(number: 5)))
        _ = try home.ask("SET", lookup, "5")
        let entries = try [
            account.move(5, to: .queued), account.move(5, to: .cancelled),
            account.move(5, to: .open),
        ]
        #expect(home.projector().process([entries[0]], lane: lane, now: 0) == [.settle(.done)])
        let stores = RedisStores(home.redis.address, partitions: 1)
        let sleeper = ProjectorProcessor(store: stores.projection, counters: Tally())
        let other = home.projector()
        var slept = 0
        let expiring = Array("PEXPIRE\r\n".utf8)
        stores.client.tap = { bytes, _ in
            // Its first round trip is answered; it is about to send the expiry of the id.
            guard slept == 0, bytes.count < 200,
                (0...max(0, bytes.count - expiring.count)).contains(where: {
                    bytes[$0..<min($0 + expiring.count, bytes.count)].elementsEqual(expiring)
                })
            else { return }
            slept += 1
            _ = other.process([entries[1], entries[2]], lane: lane, now: 0)
        }
        #expect(sleeper.process([entries[1]], lane: lane, now: 0) == [.settle(.done)])
        #expect(slept == 1)
        #expect(try home.life(lookup) == -1)
    }

    @Test("Repeats and sleepers, in any order, leave what the last event left")
    func repeats() throws {
        let home = try Home()
        var account = ProjectedAccount(try AccountID(.strategyProvider, "7"))
        let entries = try [
            account.move(1, to: .queued), account.move(2, to: .queued),
            account.move(1, to: .open), account.move(1, to: .closed),
            account.move(2, to: .open), account.move(2, to: .closing),
        ]
        let projector = home.projector()
        _ = projector.process(entries, lane: lane, now: 0)
        let keys: [any RedisKey] = [
            Keys.orderData(OrderID(number: 1)), Keys.orderData(OrderID(number: 2)),
            Keys.symbolHolders(try Symbol("XAUUSD"), .strategyProvider),
            Keys.projectedHolders(try Symbol("XAUUSD"), .strategyProvider),
        ]
        func dump() throws -> [Reply] { try keys.map { try home.dump($0) } }
        let before = try dump()
        var random = SplitMix64(seed: 7)
        for _ in 0..<30 {
            let some = (0..<4).map { _ in entries[Int(random.next() % UInt64(entries.count))] }
            _ = home.projector().process(some, lane: lane, now: 0)
            #expect(try dump() == before)
        }
        #expect(try home.holders("XAUUSD", .strategyProvider) == ["strategy_provider:7"])
    }
}

extension ProjectionTests.Home {
    fileprivate func dump(_ key: some RedisKey) throws -> Reply { try ask("DUMP", key) }
}
