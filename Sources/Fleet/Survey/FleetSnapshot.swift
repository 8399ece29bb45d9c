import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// The whole fleet as an operator watches it, at about one moment.
struct FleetSnapshot: Sendable {
    let topology: Topology
    let queues: [QueueState]
    let processes: [ProcessState]
    let triggers: [TriggerShare]
    let atProviders: [RequestsAtProvider]
    /// By Redis' clock, ms.
    let now: Int64
    /// What only Postgres knows; nil where none is named, the error where it could not be asked.
    let database: Result<Database, SnapshotError>?

    struct Database: Sendable, Equatable {
        let inFlight: [UnansweredRequests.InFlight]
        /// Accounts whose persistence has stopped.
        let stoppedAccounts: Int64
    }

    struct SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
        let description: String
    }

    /// - Throws: where Redis cannot be asked.
    static func take(_ context: Context) throws -> FleetSnapshot {
        let redis = try context.redis()
        let topology = try context.readTopology()
        let queues = try QueueSurvey(redis, topology).look()
        let now = try redis.clock(of: Keys.topology.slot)
        let alarm = try context.settings.number("REQUEST_ALARM") * 1_000
        return FleetSnapshot(
            topology: topology, queues: queues, processes: try ProcessSurvey.look(redis),
            triggers: try TriggerShare.look(redis),
            atProviders: try RequestsAtProvider.look(redis, topology, alarm: alarm), now: now,
            database: context.hasDatabase ? database(context, now) : nil)
    }

    private static func database(
        _ context: Context, _ now: Int64
    ) -> Result<Database, SnapshotError> {
        Result {
            let database = try context.database()
            let alarm = try context.settings.number("REQUEST_ALARM") * 1_000
            let stopped = try database.query(
                "SELECT count(*) AS n FROM parked_accounts WHERE cleared_at IS NULL")
            return Database(
                inFlight: try UnansweredRequests.inFlight(database, alarm: now - alarm),
                stoppedAccounts: try stopped[0].int64("n"))
        }.mapError { SnapshotError(description: "\($0)") }
    }

    /// Requests that no one has answered in time; nil where nobody knows.
    var unanswered: Int64? {
        guard case .success(let known)? = database else { return nil }
        return known.inFlight.reduce(0) { $0 + $1.late }
    }

    var deadLetters: Int64 { queues.reduce(0) { $0 + $1.dead } }
    var links: [LinkState] { processes.compactMap(LinkState.init) }
    var held: Int64 { processes.reduce(0) { $0 + $1.held } }
}
