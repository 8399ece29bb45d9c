import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct TopologyTests {
    @Test func aFleetIsLaidOutOnceAndMayGrowProviders() throws {
        let server = try PrivateRedis()
        let home = try StoreHome(server.address)
        #expect(try home.stores.coordination.topology().isEmpty)
        let client = home.stores.client
        let barclays = try Provider("barclays")
        let first = try RedisTopology.initialise(client, partitions: 2, providers: [.house])
        #expect(first.partitions == 2 && first.providers == [.house] && first.incarnation == 1)
        try home.ask("HSET", Keys.topology, "incarnation", "3", "paused", "open")
        try home.append(["n": "0"], to: LaneID(queue: .open, 1))
        let again = try RedisTopology.initialise(client, partitions: 2, providers: [barclays])
        #expect(again.providers == [.house, barclays])
        #expect(again.incarnation == 3 && again.paused == ["open"])
        #expect(try Topology(home.stores.coordination.topology()) == again)

        for partition in 0..<2 {
            for role in Role.all(providers: [.house, barclays]) {
                #expect(try home.groups(LaneID(queue: role, partition)) == ["workers"])
            }
            #expect(
                try home.groups(LaneID(events: partition, .persistence))
                    == ["persistence", "projection"])
        }
        // From the beginning: what was written before the group is read.
        let lane = LaneID(queue: .open, 1)
        let nonce = try home.lease(lane)
        #expect(
            try home.stores.lane.fetch(lane, nonce, .new, count: 9).held().entries.count == 1)
    }

    @Test func theVersionOfMessagesIsAgreedOnOnce() throws {
        let server = try PrivateRedis()
        let home = try StoreHome(server.address)
        let client = home.stores.client
        let newest = MessageVersion.known.upperBound
        let first = try RedisTopology.initialise(client, partitions: 2, providers: [.house])
        #expect(first.version == newest, "a new fleet begins with the newest")
        try RedisTopology.agree(client, on: newest + 1)
        let again = try RedisTopology.initialise(client, partitions: 2, providers: [.house])
        #expect(again.version == newest + 1, "and keeps what it agreed on later")
    }

    @Test func partitionsChangeOnEmptyQueuesOnly() throws {
        let full: [(LaneID, @Sendable (StoreHome, LaneID) throws -> Void)] = [
            (LaneID(queue: .reports, 1), { try $0.append(["n": "0"], to: $1) }),
            (LaneID(events: 0, .persistence), { try $0.append(["n": "0"], to: $1) }),
            (LaneID(queue: .open, 1), { try $0.ask("ZADD", $1.delayed, "5", "x") }),
            (LaneID(events: 1, .persistence), { try $0.ask("HSET", $1.emitted, "live:1", "1:t") }),
        ]
        for (lane, fill) in full {
            let server = try PrivateRedis()
            let home = try StoreHome(server.address)
            let client = home.stores.client
            try RedisTopology.initialise(client, partitions: 2, providers: [.house])
            try RedisTopology.initialise(client, partitions: 4, providers: [.house])
            try fill(home, lane)
            let error = #expect(throws: StoreError.self) {
                try RedisTopology.initialise(client, partitions: 3, providers: [.house])
            }
            #expect("\(error as Any)".contains(lane.tag))
            #expect(try Topology(home.stores.coordination.topology()).partitions == 4)
        }
    }

    @Test func aClusterIsLaidOutToo() throws {
        let cluster = try PrivateRedisCluster()
        let home = try StoreHome(cluster.address)
        let topology = try RedisTopology.initialise(
            home.stores.client, partitions: 8, providers: [.house])
        #expect(topology.partitions == 8)
        for partition in 0..<8 {
            #expect(try home.groups(LaneID(queue: .orders, partition)) == ["workers"])
        }
    }

    @Test(arguments: [0, 257]) func partitionsHaveLimits(_ count: Int) throws {
        let home = try StoreHome(.single)
        #expect(throws: StoreError.self) {
            try RedisTopology.initialise(home.stores.client, partitions: count, providers: [])
        }
    }
}

extension StoreHome {
    fileprivate func groups(_ lane: LaneID) throws -> [String] {
        let reply = try stores.client.call(
            RedisCommand("XINFO", slot: lane.slot.number, ["GROUPS", lane.stream.text])
        ).get()
        return (reply.elements ?? []).compactMap { $0.elements?[1].string }
    }
}
