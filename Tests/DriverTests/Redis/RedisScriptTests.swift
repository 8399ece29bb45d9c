import RedisDriver
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct RedisScriptTests {
    private let server: PrivateRedis
    private let client: RedisClient

    init() throws {
        server = try PrivateRedis()
        client = server.client()
    }

    private static let pushing = Script(
        name: "push", source: "#!lua\nreturn redis.call('RPUSH', KEYS[1], ARGV[1])")
    private static let counting = Script(
        name: "count", source: "#!lua\nreturn redis.call('LLEN', KEYS[1])")
    private static let broken = Script(name: "broken", source: "#!lua\nreturn return")

    private static func push(_ value: String) -> RedisCommand {
        var command = RedisCommand(pushing, keys: ["l"], slot: nil)
        command.append(value)
        return command
    }

    private static func count() -> RedisCommand { RedisCommand(counting, keys: ["l"], slot: nil) }

    @Test func scriptsAreLoadedOnceAConnectionAndKeepTheirPlace() throws {
        var loads = 0
        client.tap = { bytes, _ in
            if String(decoding: bytes, as: UTF8.self).contains("LOAD") { loads += 1 }
        }
        for _ in 0..<3 {
            let replies = client.pipeline([
                Self.push("a"), RedisCommand("RPUSH", slot: nil, ["l", "b"]), Self.count(),
                RedisCommand("DEL", slot: nil, ["l"]),
            ])
            #expect(
                try replies.map { try $0.get() } == [
                    .integer(1), .integer(2), .integer(2), .integer(1),
                ])
        }
        #expect(loads == 1)
        #expect(Self.pushing.digest?.count == 40)
    }

    @Test func aFlushIsNotNoticed() throws {
        _ = try client.call(Self.push("a")).get()
        _ = try client.call(RedisCommand("SCRIPT", slot: nil, ["FLUSH"])).get()
        let replies = client.pipeline([
            RedisCommand("SET", slot: nil, ["k", "v"]), Self.push("b"), Self.push("c"),
            RedisCommand("GET", slot: nil, ["k"]), Self.count(),
        ])
        #expect(
            try replies.map { try $0.get() } == [
                .status("OK"), .integer(2), .integer(3), .text("v"), .integer(3),
            ])
        let list = RedisCommand("LRANGE", slot: nil, ["l", "0", "-1"])
        #expect(
            try client.call(list).get() == .array([.text("a"), .text("b"), .text("c")]))
    }

    @Test func aRestartIsNotNoticed() throws {
        _ = try client.call(Self.push("a")).get()
        try server.restart()
        #expect(try client.call(Self.push("a")).get() == .integer(1))
    }

    @Test func aScriptThatDoesNotCompileFailsAlone() throws {
        let replies = client.pipeline([
            Self.push("a"), RedisCommand(Self.broken, keys: [], slot: nil), Self.count(),
        ])
        #expect(try replies[0].get() == .integer(1))
        #expect(replies[1].error?.name == .scriptFailed)
        #expect(replies[1].error?.operation == "broken")
        #expect(try replies[2].get() == .integer(1))
    }

    @Test func errorsNameTheScript() throws {
        _ = try client.call(RedisCommand("SET", slot: nil, ["l", "no list"])).get()
        let error = try #require(client.call(Self.push("a")).error)
        #expect(error.operation == "push")
        #expect(error.name == .wrongType)
    }

    @Test func aServerWithoutMemoryStillLoadsScripts() throws {
        let allowed = Script(
            name: "allowed",
            source: "#!lua flags=allow-oom\nreturn redis.call('SET', KEYS[1], 'v')")
        _ = try client.call(RedisCommand("CONFIG", slot: nil, ["SET", "maxmemory", "1"])).get()
        let replies = client.pipeline([
            RedisCommand(allowed, keys: ["k"], slot: nil), Self.push("a"),
        ])
        #expect(try replies[0].get() == .status("OK"))
        #expect(replies[1].error?.name == .outOfMemory)
    }
}
