import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct CoordinationStoreTests {
    @Test(arguments: Deployment.allCases)
    func aLeaseIsHeldByOneUntilItIsReleasedOrOver(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let store = home.stores.coordination
        let keys = [home.queue.lease, home.events.lease]
        func claims(_ high: UInt64) -> [LeaseClaim] {
            keys.map { LeaseClaim(key: $0, nonce: LeaseNonce(high, 0)) }
        }
        #expect(try store.acquire([claims(1)[0]]) == [true])
        // The first answer may have been lost.
        #expect(try store.acquire(claims(1)) == [true, true])
        #expect(try store.acquire(claims(2)) == [false, false])
        #expect(try store.renew(claims(2)) == [false, false])
        try home.ask("PEXPIRE", keys[0], "1000")
        #expect(try store.renew(claims(1)) == [true, true])
        #expect((1_001...4_000).contains(try home.life(keys[0])))
        try store.release(claims(2))
        #expect(try store.renew(claims(1)) == [true, true])
        try store.release([claims(1)[0]])
        #expect(try store.renew(claims(1)) == [false, true])
        #expect(try store.acquire(claims(2)) == [true, false])
        // What is over is over, though nobody else has it.
        try home.ask("DEL", keys[1])
        #expect(try store.renew([claims(1)[1]]) == [false])
    }

    @Test func leasesOfAServerThatIsAwayDoNotCostTheOthers() throws {
        let cluster = try PrivateRedisCluster(needsAllSlots: false)
        let home = try StoreHome(
            cluster.address, options: RedisOptions(replyTimeout: .milliseconds(500)))
        let claims = (0..<30).map { partition in
            LeaseClaim(key: LaneID(queue: .open, partition).lease, nonce: LeaseNonce(1, 1))
        }
        let gone = cluster.nodes[0]
        let isGone = claims.map {
            cluster.initialOwner(of: $0.key.slot.number).port == gone.port
        }
        #expect(isGone.contains(true) && isGone.contains(false))
        #expect(try home.stores.coordination.acquire(claims).allSatisfy { $0 })
        gone.server.kill()
        #expect(try home.stores.coordination.renew(claims) == isGone.map { !$0 })
        for node in cluster.nodes { node.server.kill() }
        let error = #expect(throws: StoreError.self) {
            try home.stores.coordination.renew(claims)
        }
        #expect(error?.isUnavailable == true)
    }

    @Test(arguments: Deployment.allCases)
    func membersLiveAsLongAsTheyBeat(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let store = home.stores.coordination
        let service = "service-\(home.partition)"
        let (first, second) = ("\(service)-1", "\(service)-2")
        #expect(
            try store.beat(service: service, member: first, heartbeat: Fields(["host": "a"]))
                == [first])
        let both = try store.beat(service: service, member: second, heartbeat: Fields())
        #expect(Set(both) == [first, second])
        #expect(try !home.isThere(Keys.heartbeat(second)))
        #expect(try home.hash(Keys.heartbeat(first)) == ["host": "a"])
        #expect((1...15_000).contains(try home.life(Keys.heartbeat(first))))
        _ = try store.beat(service: service, member: first, heartbeat: Fields(["pid": "1"]))
        #expect(try home.hash(Keys.heartbeat(first)) == ["pid": "1"])

        // A member that fell silent four seconds ago.
        let now = try home.stores.events.time(partition: 0)
        try home.ask("ZADD", Keys.members(service), "\(now - 4_000)", first)
        #expect(try store.beat(service: service, member: second, heartbeat: Fields()) == [second])
        #expect(try store.members(of: service) == [second])
        try store.leave(service: service, member: second)
        #expect(try store.members(of: service).isEmpty)
        #expect(try !home.isThere(Keys.members(service)))
        try store.leave(service: service, member: first)
        #expect(try !home.isThere(Keys.heartbeat(first)))
    }
}
