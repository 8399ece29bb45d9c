import Glibc
import PostgresDriver
import RedisDriver
import Shared
import Synchronization
import TestSupport
import Testing

/// A whole fleet of built binaries on servers of its own, run as a supervisor runs it. Everything ends
/// with it.
final class FleetUnderTest {
    static let partitions = 8

    let redis: FleetRedis
    let postgres: PrivatePostgres
    let client: RedisClient
    let database: PostgresConnection
    let environment: [String: String]
    let folder: String
    private(set) var members: [FleetMember] = []
    private let market: Market
    private let trading: Trading

    /// Starts the servers, prepares them, and starts `copies` of each process.
    init(
        on redis: FleetRedis? = nil, copies: Int = 1, processes: [String] = Binaries.processes,
        trading: Trading = .standing
    ) throws {
        self.redis =
            if let redis { redis } else { .single(try PrivateRedis()) }
        postgres = try PrivatePostgres()
        client = RedisClient(self.redis.address)
        database = try PostgresConnection(url: postgres.url) { _ in }
        folder = try TestFolder.fresh("f")
        environment = [
            "REDIS_URL": self.redis.url, "DATABASE_URL": postgres.url, "MARKET_HOURS": "always",
            "LOG_LEVEL": "warning",
        ]
        self.trading = trading
        market = Market(self.redis.address, trading.quotes)
        try prepare()
        for name in processes { for _ in 0..<copies { try start(name) } }
        for name in processes { try awaitOwners(of: name) }
    }

    deinit { end() }

    /// Stops processes first, so that none complains of missing servers.
    func end() {
        market.stop()
        for member in members { member.process.signal(SIGTERM) }
        for member in members { member.process.stop(within: .seconds(12)) }
        members = []
        database.close()
        postgres.stop()
        redis.stop()
    }

    /// Starts one more copy of a process.
    ///
    /// - Parameter binaries: the folder of its binary.
    @discardableResult
    func start(
        _ name: String, _ arguments: [String] = [], environment changes: [String: String] = [:],
        from binaries: String = Binaries.folder
    ) throws -> FleetMember {
        let member = try FleetMember(
            name, arguments, environment: environment.merging(changes) { _, change in change },
            from: binaries)
        members.append(member)
        return member
    }

    func copies(of name: String) -> [FleetMember] { members.filter { $0.name == name } }

    /// Takes a member out of the fleet without a look at how it ends.
    func remove(_ member: FleetMember) { members.removeAll { $0 === member } }

    private func prepare() throws {
        try tool(["init", "--partitions", "\(Self.partitions)"]).expectSuccess()
        try tool(["migrate", "--folder", "\(Binaries.package)/deploy/postgres/migrations"])
            .expectSuccess()
        try Files.write(trading.terms, to: "\(folder)/terms.json")
        try tool(["group", "set", "--file", "\(folder)/terms.json"]).expectSuccess()
    }
}

/// The operator's tool.
extension FleetUnderTest {
    /// Runs `fleet` to its end.
    @discardableResult
    func tool(_ words: [String], within limit: Duration = .seconds(60)) throws -> ToolRun {
        let run = try Subprocess.run(
            Binaries.path("fleet"), words, environment: environment, within: limit)
        return ToolRun(words: words, run: run)
    }

    /// Creates accounts as a list in the form of `fleet account create` says.
    func create(_ accounts: AccountList) throws {
        let path = "\(folder)/\(accounts.name).json"
        try Files.write(accounts.json, to: path)
        try tool(["account", "create", "--file", path]).expectSuccess()
    }
}

/// How one run of `fleet` ended.
struct ToolRun {
    let words: [String]
    let run: Subprocess.Finished

    var text: String { run.output + run.errors }

    @discardableResult
    func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) throws -> Self {
        try #require(
            run.exit == .exited(0), "fleet \(words.joined(separator: " ")): \(text)",
            sourceLocation: sourceLocation)
        return self
    }
}
