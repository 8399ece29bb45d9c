import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// What commands work with: the settings, and the stores, each connected to when first used.
final class Context {
    let settings: Settings
    private var openRedis: RedisClient?
    private var openDatabase: PostgresConnection?
    private var knownTopology: Topology?

    init(settings: Settings) { self.settings = settings }

    /// The Redis of `REDIS_URL`.
    func redis() throws -> RedisClient {
        if let openRedis { return openRedis }
        let timeout = try settings.redisTimeout()
        let client = RedisClient(
            try RedisAddress(settings.text("REDIS_URL")),
            options: RedisOptions(
                connectTimeout: timeout, replyTimeout: timeout, clientName: "fleet"))
        openRedis = client
        return client
    }

    /// The Postgres of `DATABASE_URL`.
    func database() throws -> PostgresConnection {
        if let openDatabase { return openDatabase }
        let connection = try connectDatabase(PostgresSettings(applicationName: "fleet"))
        openDatabase = connection
        return connection
    }

    /// The same with the long limits that changes of the schema need.
    func migrationDatabase() throws -> PostgresConnection {
        try connectDatabase(.migration)
    }

    /// What the fleet was initialised to, read once.
    func topology() throws -> Topology { try knownTopology ?? readTopology() }

    /// As it stands now: which roles are paused changes.
    func readTopology() throws -> Topology {
        let topology = try Topology(try redis().fields(of: Keys.topology))
        knownTopology = topology
        return topology
    }

    private func connectDatabase(_ limits: PostgresSettings) throws -> PostgresConnection {
        try PostgresConnection(
            url: settings.text("DATABASE_URL"), settings: limits,
            notices: { notice in Terminal.complain("postgres: \(notice)") })
    }
}

extension Context {
    /// Whether a Postgres is named at all.
    var hasDatabase: Bool { (try? settings.text("DATABASE_URL")) != nil }
}
