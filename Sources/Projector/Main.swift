import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.service(
            "projector", about: "writes the copies of orders and holders that others read",
            batch: 1_000, lane: { LaneID(events: $0, .projection) }
        ) { _, stores, tools in
            ProjectorProcessor(store: stores.projection, counters: tools.counters)
        }
    }
}
