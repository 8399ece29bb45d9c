import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.service(
            "persistence-writer", about: "writes events, orders and the ledger to Postgres",
            batch: RowWriter.mostRows, lane: { LaneID(events: $0, .persistence) }
        ) { settings, stores, tools in
            let log = tools.log
            let connection = try PostgresConnection(
                url: try settings.text("DATABASE_URL"),
                settings: PostgresSettings(applicationName: "persistence-writer"),
                notices: { log.write(.warning, "postgres notice", ["notice": "\($0)"]) })
            return WriterProcessor(
                store: WriterStore(connection), events: stores.events, counters: tools.counters)
        }
    }
}
