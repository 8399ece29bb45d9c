import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "order-entry", .orders, about: "checks commands, reserves margin, sends to providers",
            watched: [.reports] + Role.workers
        ) { settings, topology in
            OrderEntryHandler(rules: try OrderEntryRules(settings, topology))
        }
    }
}

extension OrderEntryRules {
    /// The limits as the environment sets them.
    init(_ settings: Settings, _ topology: Topology) throws(SettingError) {
        self.init(
            maxOpenOrders: Int(try settings.number("MAX_OPEN_ORDERS")),
            maxPriceAge: try settings.maxPriceAge(),
            marketHours: try settings.choice("MARKET_HOURS", MarketHours.self),
            providers: topology.providers.subtracting([.house]),
            defaultProvider: try settings.provider("DEFAULT_PROVIDER"))
    }
}
