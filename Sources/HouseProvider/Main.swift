import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.service(
            "house-provider", about: "fills and closes orders of the house at market prices",
            lane: { LaneID(queue: .provider(.house), $0) }
        ) { settings, stores, tools in
            HouseProcessor(
                prices: stores.prices, reports: stores.reports,
                partitions: tools.topology.partitions,
                rules: HouseRules(maxPriceAge: try settings.maxPriceAge()),
                counters: tools.counters)
        }
    }
}
