import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        let watch = ServerWatch()
        Launch.service(
            "persistence-writer", about: "writes events, orders and the ledger to Postgres",
            batch: RowWriter.mostRows, check: { _ = try database($0) { _ in } },
            lane: { LaneID(events: $0, .persistence) }
        ) { settings, stores, tools in
            let log = tools.log
            let connection = try database(settings) {
                log.write(.warning, "postgres notice", ["notice": "\($0)"])
            }
            let reconciliation = SelfReconciliation(
                redis: stores.client.address, database: try settings.text("DATABASE_URL"),
                partitions: tools.topology.partitions, log: log, counters: tools.counters)
            return WriterProcessor(
                store: WriterStore(connection), events: stores.events,
                letters: DeadLetterKeeper(
                    store: stores.deadLetters, archive: DeadLetterArchive(connection),
                    providers: tools.topology.providers, counters: tools.counters),
                counters: tools.counters,
                watch: { now in
                    try watch.look(stores.client, at: now) { reconciliation.run() }
                })
        }
    }

    private static func database(
        _ settings: Settings, notices: @escaping (PostgresNotice) -> Void
    ) throws -> PostgresConnection {
        try PostgresConnection(
            url: try settings.text("DATABASE_URL"),
            settings: PostgresSettings(applicationName: "persistence-writer"), notices: notices)
    }
}
