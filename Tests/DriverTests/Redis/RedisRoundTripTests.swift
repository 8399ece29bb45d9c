import RedisDriver
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct RedisRoundTripTests {
    private let server: PrivateRedis
    private let client: RedisClient

    init() throws {
        server = try PrivateRedis()
        client = server.client()
    }

    @Test func readsEveryKindOfReply() throws {
        let replies = client.pipeline([
            RedisCommand("SET", slot: nil, ["k", "värde"]), RedisCommand("GET", slot: nil, ["k"]),
            RedisCommand("GET", slot: nil, ["none"]),
            RedisCommand("INCRBY", slot: nil, ["n", "-7"]),
            RedisCommand("LRANGE", slot: nil, ["none", "0", "1"]),
            RedisCommand("EVAL", slot: nil, ["return {1, {'a', false}, {err='MINE x'}}", "0"]),
            RedisCommand("BLPOP", slot: nil, ["none", "0.001"]),
        ])
        #expect(
            try replies.map { try $0.get() } == [
                .status("OK"), .text("värde"), .null, .integer(-7), .array([]),
                .array([
                    .integer(1), .array([.text("a"), .null]),
                    .error(RedisReplyError(text: "MINE x")),
                ]), .null,
            ])
    }

    @Test func keepsBytesThatAreNoText() throws {
        var set = RedisCommand("SET", slot: nil, ["k"])
        set.append([0xff, 0, 13, 10, 0xc3])
        _ = try client.call(set).get()
        let reply = try client.call(RedisCommand("GET", slot: nil, ["k"])).get()
        #expect(reply == .bytes([0xff, 0, 13, 10, 0xc3]))
        #expect(reply.utf8 == [0xff, 0, 13, 10, 0xc3])
        #expect(reply.string == nil)
    }

    @Test func oneFailureLeavesItsNeighboursAlone() throws {
        let replies = client.pipeline([
            RedisCommand("SET", slot: nil, ["k", "1"]),
            RedisCommand("LPUSH", slot: nil, ["k", "2"]),
            RedisCommand("NONSENSE", slot: nil), RedisCommand("INCR", slot: nil, ["k"]),
        ])
        #expect(try replies[0].get() == .status("OK"))
        #expect(replies[1].error?.name == .wrongType)
        #expect(replies[1].error?.operation == "LPUSH")
        #expect(replies[2].error?.name == .rejected)
        #expect(try replies[3].get() == .integer(2))
    }

    @Test func noCommandsNoReplies() {
        #expect(client.pipeline([]).isEmpty)
    }

    @Test func tenThousandCommandsInOneTrip() throws {
        var trips = 0
        var commands = 0
        client.tap = { _, count in
            trips += 1
            commands += count
        }
        let replies = client.pipeline(
            (0..<10_000).map { _ in RedisCommand("INCR", slot: nil, ["n"]) })
        #expect(try replies.map { try $0.get() } == (1...10_000).map { .integer($0) })
        #expect(trips == 1)
        #expect(commands == 10_000)
    }

    /// Fifty megabytes each way: whoever writes everything before reading anything waits for ever.
    @Test func fiftyMegabytesDoNotBlock() throws {
        let value = String(repeating: "x", count: 5000)
        let replies = client.pipeline(
            (0..<10_000).map { _ in RedisCommand("ECHO", slot: nil, [value]) })
        #expect(try replies.allSatisfy { try $0.get() == .text(value) })
    }

    @Test func aTapSeesTheExactBytes() throws {
        var seen: [String] = []
        client.tap = { bytes, _ in seen.append(String(decoding: bytes, as: UTF8.self)) }
        _ = client.pipeline([
            RedisCommand("PING", slot: nil), RedisCommand("ECHO", slot: nil, ["a"]),
        ])
        #expect(seen == ["*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$1\r\na\r\n"])
    }

    @Test func aBlockingReadHasItsOwnTime() throws {
        let reader = client.dedicated(slot: nil)
        let read = RedisCommand("XREAD", slot: nil, ["BLOCK", "30", "STREAMS", "q", "$"])
        #expect(try reader.call(read, timeout: .seconds(2)).get() == .null)
        let late = RedisCommand("XREAD", slot: nil, ["BLOCK", "500", "STREAMS", "q", "$"])
        let answer = reader.call(late, timeout: .milliseconds(20))
        #expect(answer.error?.name == .timedOut)
        #expect(try reader.call(read, timeout: .seconds(2)).get() == .null)
    }

    @Test func subscribersHearWhatIsPublished() throws {
        let listener = server.connection()
        _ = try listener.call(RedisCommand("SUBSCRIBE", slot: nil, ["news"])).get()
        #expect(try listener.receive(within: .milliseconds(5)) == nil)
        _ = try client.call(RedisCommand("PUBLISH", slot: nil, ["news", "hello"])).get()
        let message = try listener.receive(within: .seconds(5))
        #expect(message == .array([.text("message"), .text("news"), .text("hello")]))
        _ = try client.call(RedisCommand("PUBLISH", slot: nil, ["news", "again"])).get()
        #expect(eventually { (try? listener.receive(within: .zero)) != nil }, "no time to wait")
        server.kill()
        #expect(throws: RedisError.self) { try listener.receive(within: .seconds(5)) }
        #expect(throws: RedisError.self) { try listener.receive(within: .seconds(5)) }
    }

    @Test func everyMasterOfASingleServerIsThatOne() throws {
        let replies = try client.forEachMaster(RedisCommand("DBSIZE", slot: nil))
        #expect(try replies.map { try $0.result.get() } == [.integer(0)])
    }

    @Test func aTrailerFollowsTheCommands() throws {
        let (replies, trailers) = client.pipeline(
            [RedisCommand("SET", slot: nil, ["k", "1"]), RedisCommand("GET", slot: nil, ["k"])],
            trailer: RedisCommand("WAIT", slot: nil, ["0", "10"]))
        #expect(try replies.map { try $0.get() } == [.status("OK"), .text("1")])
        #expect(try trailers.map { try $0.result.get() } == [.integer(0)])
    }
}

extension Result {
    /// The failure, if it is one.
    var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
