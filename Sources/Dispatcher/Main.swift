import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.service(
            "dispatcher", about: "names each execution report and routes it to its worker",
            lane: { LaneID(queue: .reports, $0) }
        ) { _, stores, tools in
            DispatchProcessor(
                store: stores.dispatch, partitions: tools.topology.partitions,
                version: tools.version, counters: tools.counters)
        }
    }
}
