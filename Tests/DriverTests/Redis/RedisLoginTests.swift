import RedisDriver
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct RedisLoginTests {
    private let server: PrivateRedis
    private static let config = [
        "requirepass owner", "user ann on >hush ~ann:* +@all",
        "user mute on >hush ~* +@all -client",
    ]

    init() throws { server = try PrivateRedis(config: Self.config) }

    private func call(user: String?, password: String?, _ command: RedisCommand) -> Result<
        Reply, RedisError
    > {
        RedisClient(
            RedisAddress(
                topology: server.address.topology, user: user, password: password.map(Secret.init))
        ).call(command)
    }

    @Test func rightPasswordsLetIn() throws {
        let me = RedisCommand("ACL", slot: nil, ["WHOAMI"])
        #expect(try call(user: nil, password: "owner", me).get() == .text("default"))
        #expect(try call(user: "ann", password: "hush", me).get() == .text("ann"))
    }

    private static let refusals: [(String?, String?, [String], RedisError.Name)] = [
        (nil, nil, ["k"], .notAuthenticated), (nil, "x", ["k"], .wrongPassword),
        ("ann", "x", ["ann:k"], .wrongPassword), ("bob", "hush", ["k"], .wrongPassword),
        ("ann", "hush", ["k"], .noPermission), ("mute", "hush", ["k"], .noPermission),
    ]

    @Test(arguments: refusals.indices)
    func othersAreToldWhy(row: Int) throws {
        let (user, password, key, name) = Self.refusals[row]
        let error = try #require(
            call(user: user, password: password, RedisCommand("GET", slot: nil, key)).error)
        #expect(error.name == name)
        #expect(error.code == .auth)
        #expect(!error.mayHaveRun)
        #expect(!"\(error)".contains("hush"))
    }

    @Test func theServerKnowsUsByName() throws {
        let address = RedisAddress(
            topology: server.address.topology, password: Secret("owner"), database: 0)
        let client = RedisClient(address, options: RedisOptions(clientName: "worker-open.3"))
        let name = try client.call(RedisCommand("CLIENT", slot: nil, ["GETNAME"])).get()
        #expect(name == .text("worker-open.3"))
    }

    /// The tap shows pipelines, to be measured and replayed; a login is none.
    @Test func aTapSeesNoPassword() throws {
        let client = RedisClient(
            RedisAddress(topology: server.address.topology, password: Secret("owner")))
        var seen = ""
        client.tap = { bytes, _ in seen += String(decoding: bytes, as: UTF8.self) }
        _ = try client.call(RedisCommand("PING", slot: nil)).get()
        #expect(seen == "*1\r\n$4\r\nPING\r\n")
    }

    @Test func aDatabaseIsSelectedOnTcpToo() throws {
        let port = Ports.free()
        let other = try PrivateRedis(port: port)
        let third = RedisClient(try RedisAddress("redis://127.0.0.1:\(port)/3"))
        _ = try third.call(RedisCommand("SET", slot: nil, ["k", "v"])).get()
        #expect(try other.client().call(RedisCommand("GET", slot: nil, ["k"])).get() == .null)
        try other.restart()
        _ = try third.call(RedisCommand("SET", slot: nil, ["k", "v"])).get()
        #expect(try other.client().call(RedisCommand("GET", slot: nil, ["k"])).get() == .null)
        let none = RedisClient(try RedisAddress("redis://127.0.0.1:\(port)/16"))
        #expect(none.call(RedisCommand("PING", slot: nil)).error?.code == .refused)
    }
}
