import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

@testable import PersistenceWriter

/// One partition of events on a Redis of the test's own, and a database with the schema.
final class PersistenceWorld {
    let redis: PrivateRedis
    let stores: RedisStores
    let url: String
    /// Sees the tables past the writer.
    let postgres: PostgresConnection
    let partitions: Int
    private var acquired: UInt64 = 0

    /// - Parameter server: a Postgres of the test's own, where the test ends it; else one is shared.
    init(partitions: Int = 1, server: PrivatePostgres? = nil) throws {
        self.partitions = partitions
        redis = try PrivateRedis()
        stores = RedisStores(redis.address, partitions: partitions)
        try RedisTopology.initialise(stores.client, partitions: partitions, providers: [.house])
        url =
            try server.map { server in
                let admin = try connect(server.url)
                try admin.run(script: "CREATE DATABASE events")
                return server.url(database: "events")
            } ?? SharedServer.database()
        let migrating = try connect(url, .migration)
        _ = try Migrator.run(
            connection: migrating, folder: try MigrationFolder(path: PostgresSchemaTests.folder))
        postgres = try connect(url)
    }

    /// Puts events into their partitions, as emit does.
    func emit(_ records: [Record]) throws {
        for (partition, records) in Dictionary(
            grouping: records, by: { $0.account.partition(of: partitions) })
        {
            for start in stride(from: 0, to: records.count, by: 500) {
                let some = Array(records[start..<min(start + 500, records.count)])
                let replies = try stores.accounts.publishEvents(some, partition: partition)
                guard replies.allSatisfy({ $0 == .appended }) else {
                    throw Unexpected("emitted \(replies)")
                }
            }
        }
    }

    /// Appends an event past emit: what no fleet would write.
    @discardableResult
    func append(_ fields: Fields, partition: Int = 0) throws -> EntryID {
        let lane = LaneID(events: partition, .persistence)
        var command = RedisCommand("XADD", slot: lane.slot.number, [lane.stream.text, "*"])
        for field in EventEntry.fields(of: fields).list {
            command.append(field.name)
            command.append(field.value)
        }
        guard let id = try stores.client.call(command).get().string.flatMap({ EntryID($0) })
        else { throw Unexpected("no id") }
        return id
    }

    /// A fresh writer that takes the partition over; whoever had it is a sleeper now.
    func writer(
        partition: Int = 0, url: String? = nil, settings: PostgresSettings = PostgresSettings()
    ) throws -> WriterUnderTest {
        acquired += 1
        let id = LaneID(events: partition, .persistence)
        let nonce = LeaseNonce(acquired, 0)
        try ask("SET", id.lease, nonce.text)
        return try WriterUnderTest(
            id, nonce, address: redis.address, url: url ?? self.url, settings: settings)
    }

    @discardableResult
    func ask(_ name: StaticString, _ key: some RedisKey, _ arguments: String...) throws -> Reply {
        try stores.client.call(
            RedisCommand(name, slot: key.slot.number, [key.text] + arguments)
        ).get()
    }

    /// How many entries a stream holds.
    func length(_ key: StreamKey) throws -> Int64 { try ask("XLEN", key).number ?? -1 }

    var parked: StreamKey { LaneID(events: 0, .persistence).parked }
    var dead: StreamKey { LaneID(events: 0, .persistence).dead }

    /// Entries that the writers' group was handed and has not acknowledged.
    func pending() throws -> Int64 {
        let lane = LaneID(events: 0, .persistence)
        return try ask("XPENDING", lane.stream, lane.group.rawValue).elements?.first?.number ?? -1
    }

    /// The numbers of an account's events in Postgres.
    func numbers(of account: AccountID) throws -> [Int64] {
        try postgres.query(
            """
            SELECT orders_version FROM order_events WHERE user_type = $1 AND user_id = $2
            ORDER BY orders_version
            """, [.text(account.userType.rawValue), .text(account.userID)]
        ).map { try $0.int64("orders_version") }
    }

    func count(_ table: String) throws -> Int64 {
        try postgres.query("SELECT count(*) AS n FROM \(table)")[0].int64("n")
    }

    /// Reasons of open parkings, by account.
    func stops() throws -> [String: String] {
        var stops: [String: String] = [:]
        for row in try postgres.query(
            "SELECT user_type, user_id, reason FROM parked_accounts WHERE cleared_at IS NULL")
        {
            stops[try row.text("user_type") + ":" + row.text("user_id")] = try row.text("reason")
        }
        return stops
    }

    /// A person says that the account may go on.
    func clear(_ account: AccountID) throws {
        _ = try postgres.query(
            """
            UPDATE parked_accounts SET cleared_by = 'ann', cleared_at = now()
            WHERE user_type = $1 AND user_id = $2 AND cleared_at IS NULL
            """, [.text(account.userType.rawValue), .text(account.userID)])
    }
}

/// A writer and its lane, taken turn by turn, with a clock that the test moves.
final class WriterUnderTest {
    let lane: Lane
    let tally = Tally()
    let stores: RedisStores
    let connection: PostgresConnection
    let processor: WriterProcessor
    private let clock: Clock

    private final class Clock {
        var now = MonotonicTime(nanoseconds: 1)
    }

    init(
        _ id: LaneID, _ nonce: LeaseNonce, address: RedisAddress, url: String,
        settings: PostgresSettings
    ) throws {
        stores = RedisStores(address, partitions: 1)
        connection = try PostgresConnection(url: url, settings: settings) { _ in }
        let clock = Clock()
        self.clock = clock
        processor = WriterProcessor(
            store: WriterStore(connection), events: stores.events, counters: tally,
            now: { clock.now })
        lane = Lane(
            id, store: stores.lane, processor: processor,
            lease: Lease(nonce: nonce, sentAt: clock.now), now: { MonotonicTime(nanoseconds: 1) },
            batch: RowWriter.mostRows)
    }

    /// Lets so much time pass.
    func pass(_ duration: Duration) { clock.now = clock.now.advanced(by: duration) }

    /// Takes turns until there is nothing to do, or nothing can be done.
    func work() throws {
        while case .worked = try lane.turn() {}
    }
}
