import RedisDriver
import TestSupport
import Testing

/// One cluster for all; each test owns its keys, and what moves slots puts them back.
@Suite(.serialized, .enabled(if: PrivateRedis.shouldRun))
struct RedisClusterTests {
    private static let shared = Result { () throws(ServerError) in try PrivateRedisCluster() }
    private let cluster: PrivateRedisCluster
    private let client: RedisClient

    init() throws {
        cluster = try Self.shared.get()
        client = cluster.client()
    }

    /// A key of each of `count` tags, with the slot that the server computes for it.
    private func keys(_ label: String, _ count: Int) throws -> [(key: String, slot: UInt16)] {
        let names = (0..<count).map { "{\(label)\($0)}" }
        let replies = client.pipeline(
            names.map { RedisCommand("CLUSTER", slot: nil, ["KEYSLOT", $0]) })
        return try zip(names, replies).map { name, reply in
            (name, UInt16(try #require(try reply.get().number)))
        }
    }

    private func set(_ key: String, _ value: String, _ slot: UInt16) -> RedisCommand {
        RedisCommand("SET", slot: slot, [key, value])
    }

    private func get(_ key: String, _ slot: UInt16) -> RedisCommand {
        RedisCommand("GET", slot: slot, [key])
    }

    @Test func keysOverAllSlotsInOneTripEach() throws {
        let keys = try keys("all", 60_000)
        #expect(Set(keys.map(\.slot)).count > 15_000)
        var trips = 0
        client.tap = { _, _ in trips += 1 }
        let written = client.pipeline(keys.map { set($0.key, $0.key, $0.slot) })
        #expect(written.allSatisfy { $0.error == nil })
        #expect(trips == 3)
        let read = client.pipeline(keys.map { get($0.key, $0.slot) })
        #expect(try read.map { try $0.get() } == keys.map { .text($0.key) })
        let sizes = try client.forEachMaster(RedisCommand("DBSIZE", slot: nil))
        #expect(sizes.count == 3)
        #expect(try sizes.allSatisfy { try $0.result.get().number ?? 0 > 10_000 })
    }

    @Test func scriptsAreLoadedWhereTheyRun() throws {
        let script = Script(
            name: "put", source: "#!lua\nreturn redis.call('SET', KEYS[1], ARGV[1])")
        let keys = try keys("script", 20)
        let commands = keys.map { key, slot in
            var command = RedisCommand(script, keys: [key], slot: slot)
            command.append("v")
            return command
        }
        #expect(client.pipeline(commands).allSatisfy { $0.error == nil })
        for node in cluster.masters { try node.ask("SCRIPT", "FLUSH") }
        #expect(client.pipeline(commands).allSatisfy { $0.error == nil })
    }

    @Test func aMovedSlotIsFollowedInOrder() throws {
        let (key, slot) = try keys("moved", 1)[0]
        let source = cluster.initialOwner(of: slot)
        let target = try #require(cluster.masters.first { $0 !== source })
        _ = try client.call(set(key, "", slot)).get()
        try cluster.move(slot, from: source, to: target)
        var trips = 0
        client.tap = { _, _ in trips += 1 }
        let appends = ["a", "b", "c"].map { RedisCommand("APPEND", slot: slot, [key, $0]) }
        #expect(client.pipeline(appends).allSatisfy { $0.error == nil })
        #expect(trips == 2)
        #expect(try client.call(get(key, slot)).get() == .text("abc"))
        #expect(try client.node(for: slot) == target.endpoint)
        try cluster.move(slot, from: target, to: source)
        #expect(try client.call(get(key, slot)).get() == .text("abc"))
    }

    @Test func aKeyAheadOfItsSlotIsAskedFor() throws {
        let (tag, slot) = try keys("ask", 1)[0]
        let source = cluster.initialOwner(of: slot)
        let target = try #require(cluster.masters.first { $0 !== source })
        let names = (0..<4).map { "\(tag)\($0)" }
        for name in names { _ = try client.call(set(name, name, slot)).get() }
        try cluster.beginMove(of: slot, from: source, to: target)
        for name in names.prefix(2) { try cluster.moveKey(name, from: source, to: target) }

        let read = client.pipeline(names.map { get($0, slot) })
        #expect(try read.map { try $0.get() } == names.map { .text($0) })
        // New keys are made where the slot is going.
        _ = try client.call(set("\(tag)new", "v", slot)).get()
        #expect(try client.node(for: slot) == source.endpoint)
        // Keys of one command on two nodes: nobody can answer, until they are together again.
        let both = RedisCommand("MGET", slot: slot, names)
        let error = try #require(client.call(both).error)
        #expect(error.name == .tryAgain)
        #expect(error.code == .unavailable)

        try cluster.finishMove(of: slot, from: source, to: target)
        #expect(try client.call(both).get() == .array(names.map { .text($0) }))
        #expect(try client.call(get("\(tag)new", slot)).get() == .text("v"))
        try cluster.move(slot, from: target, to: source)
    }

    /// Scripts over two keys of a slot, while the slot goes back and forth under them: each runs once,
    /// or says that it did not.
    @Test func nothingIsLostOrDoubledWhileASlotMoves() async throws {
        let (tag, slot) = try keys("count", 1)[0]
        let source = cluster.initialOwner(of: slot)
        let target = try #require(cluster.masters.first { $0 !== source })
        let cluster = cluster
        let moving = Task.detached {
            for _ in 0..<10 {
                try cluster.move(slot, from: source, to: target)
                try cluster.move(slot, from: target, to: source)
            }
        }
        let script = Script(
            name: "both",
            source: """
                #!lua
                redis.call('INCR', KEYS[1])
                return redis.call('INCR', KEYS[2])
                """)
        let names = ["\(tag)a", "\(tag)b"]
        let commands = (0..<20).map { _ in RedisCommand(script, keys: names, slot: slot) }
        var succeeded: Int64 = 0
        while succeeded < 5000 {
            for reply in client.pipeline(commands) {
                if let error = reply.error {
                    #expect(error.code == .unavailable)
                    #expect(!error.mayHaveRun)
                } else {
                    succeeded += 1
                }
            }
        }
        try await moving.value
        for name in names {
            #expect(try client.call(get(name, slot)).get() == .text("\(succeeded)"))
        }
    }

    @Test func aSleepingReaderFollowsItsSlot() throws {
        let (key, slot) = try keys("stream", 1)[0]
        let source = cluster.initialOwner(of: slot)
        let target = try #require(cluster.masters.first { $0 !== source })
        let reader = client.dedicated(slot: slot)
        let read = RedisCommand("XREAD", slot: slot, ["BLOCK", "20", "STREAMS", key, "0"])
        #expect(try reader.call(read, timeout: .seconds(2)).get() == .null)
        try cluster.move(slot, from: source, to: target)
        _ = try client.call(RedisCommand("XADD", slot: slot, [key, "*", "f", "v"])).get()
        #expect(try reader.call(read, timeout: .seconds(2)).get().elements?.count == 1)
        try cluster.move(slot, from: target, to: source)
        #expect(try reader.call(read, timeout: .seconds(2)).get().elements?.count == 1)
    }

    @Test func aSlotOfNobodyIsNobodysFault() throws {
        let keys = try keys("hole", 2)
        let owner = cluster.initialOwner(of: keys[0].slot)
        try owner.ask("CLUSTER", "DELSLOTS", "\(keys[0].slot)")
        #expect(eventually { owner.cluster("cluster_state") == "fail" })
        let error = try #require(client.call(get(keys[0].key, keys[0].slot)).error)
        #expect(error.name == .clusterDown)
        #expect(error.code == .unavailable)
        try owner.ask("CLUSTER", "ADDSLOTS", "\(keys[0].slot)")
        #expect(eventually { client.call(get(keys[0].key, keys[0].slot)).error == nil })
    }

    @Test func aSlotThatDoesNotExistIsOurFault() {
        #expect(client.call(get("k", 16384)).error?.name == .rejected)
    }

    @Test func aWrongSlotIsCorrectedByTheServer() throws {
        let (key, slot) = try keys("wrong", 1)[0]
        let wrong = (slot + 8192) % 16384
        _ = try client.call(set(key, "v", wrong)).get()
        #expect(try client.call(get(key, slot)).get() == .text("v"))
        _ = try client.call(RedisCommand("GET", slot: nil, [key])).get()
    }

    @Test func theWrongKindOfAddressSaysSo() throws {
        let node = cluster.nodes[0]
        let single = node.server.client()
        let keys = try keys("kind", 20)
        let errors = keys.compactMap { single.call(get($0.key, $0.slot)).error }
        #expect(!errors.isEmpty)
        #expect(errors.allSatisfy { $0.name == .wrongTopology && $0.code == .refused })

        let port = Ports.free()
        let server = try PrivateRedis(port: port)
        let client = RedisClient(try RedisAddress("redis+cluster://127.0.0.1:\(port)"))
        #expect(client.call(get("k", 0)).error?.name == .wrongTopology)
        withExtendedLifetime(server) {}
    }
}

/// What happens to the rest when a node of a cluster dies. Each test has a cluster to break.
@Suite(.serialized, .enabled(if: PrivateRedis.shouldRun))
struct RedisClusterFailureTests {
    /// The first slot of each master.
    private static let slots: [UInt16] = [0, 5461, 10922]
    /// A key in each of those slots.
    private static func keys(_ client: RedisClient) throws -> [String] {
        var keys: [UInt16: String] = [:]
        var next = 0
        while keys.count < slots.count {
            let names = (next..<next + 10_000).map { "{\($0)}" }
            next += names.count
            let replies = client.pipeline(
                names.map { RedisCommand("CLUSTER", slot: nil, ["KEYSLOT", $0]) })
            for (name, reply) in zip(names, replies) {
                let slot = UInt16(try #require(try reply.get().number))
                if slots.contains(slot) { keys[slot] = name }
            }
        }
        return slots.compactMap { keys[$0] }
    }

    private static func sets(_ keys: [String]) -> [RedisCommand] {
        zip(keys, slots).map { RedisCommand("SET", slot: $1, [$0, "v"]) }
    }

    @Test func aDeadNodeFailsItsOwnCommandsOnly() throws {
        let cluster = try PrivateRedisCluster(needsAllSlots: false)
        let client = cluster.client()
        let commands = Self.sets(try Self.keys(client))
        #expect(client.pipeline(commands).allSatisfy { $0.error == nil })
        cluster.nodes[1].server.kill()
        for _ in 0..<3 {
            let replies = client.pipeline(commands)
            #expect(try replies[0].get() == .status("OK"))
            #expect(replies[1].error?.code == .unavailable)
            #expect(try replies[2].get() == .status("OK"))
        }
        try cluster.nodes[1].server.start()
        #expect(eventually { client.pipeline(commands).allSatisfy { $0.error == nil } })
    }

    @Test func aSilentNodeFailsItsOwnCommandsOnly() throws {
        let cluster = try PrivateRedisCluster(needsAllSlots: false)
        let client = cluster.client(options: RedisOptions(replyTimeout: .milliseconds(200)))
        let commands = Self.sets(try Self.keys(client))
        #expect(client.pipeline(commands).allSatisfy { $0.error == nil })
        cluster.nodes[1].server.signal(19)
        let replies = client.pipeline(commands)
        cluster.nodes[1].server.signal(18)
        #expect(try replies[0].get() == .status("OK"))
        #expect(replies[1].error?.name == .timedOut)
        #expect(try replies[2].get() == .status("OK"))
        #expect(eventually { client.pipeline(commands).allSatisfy { $0.error == nil } })
    }

    @Test func aClusterThatNeedsAllSlotsGoesDown() throws {
        let cluster = try PrivateRedisCluster(nodeTimeout: 500)
        let client = cluster.client()
        let commands = Self.sets(try Self.keys(client))
        #expect(client.pipeline(commands).allSatisfy { $0.error == nil })
        cluster.nodes[1].server.kill()
        #expect(
            eventually(within: .seconds(20)) {
                client.call(commands[0]).error?.name == .clusterDown
            })
        try cluster.nodes[1].server.start()
        #expect(
            eventually(within: .seconds(20)) {
                client.pipeline(commands).allSatisfy { $0.error == nil }
            })
    }

    @Test func aReplicaTakesOver() throws {
        let cluster = try PrivateRedisCluster(withReplicas: true, nodeTimeout: 500)
        let client = cluster.client()
        let commands = Self.sets(try Self.keys(client))
        let wait = RedisCommand("WAIT", slot: nil, ["1", "5000"])
        let (replies, trailers) = client.pipeline(commands, trailer: wait)
        #expect(replies.allSatisfy { $0.error == nil })
        #expect(try trailers.map { try $0.result.get() } == [1, 1, 1].map { .integer($0) })
        cluster.nodes[1].server.kill()
        #expect(
            eventually(within: .seconds(20)) {
                client.pipeline(commands).allSatisfy { $0.error == nil }
            })
        #expect(try client.node(for: Self.slots[1]) == cluster.nodes[4].endpoint)
    }
}
