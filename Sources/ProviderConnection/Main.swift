import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    private static let name = "provider-connection"

    static func main() {
        CommandLineHelp.answer(
            service: name, about: "sends a liquidity provider's requests and takes its reports")
        do {
            let settings = try Settings.ofProcess()
            let rules = try ConnectionRules(settings)
            let log = try Log(service: name, settings: settings)
            let link = ProviderLink(rules.link, log: log)
            // Members share partitions with those of the same provider only.
            try Launch.run(
                "\(name)-\(rules.provider)", settings, log: log,
                lane: { LaneID(queue: .provider(rules.provider), $0) }
            ) { settings, stores, tools in
                link.start(counters: tools.counters) { mayWait in
                    ReportIntake(
                        rules.provider, stores: try Launch.stores(name, settings, tools.topology),
                        partitions: tools.topology.partitions, counters: tools.counters,
                        mayWait: mayWait)
                }
                return SendProcessor(
                    link: link, store: stores.wire, rules: rules.sending,
                    counters: tools.counters, nonce: tools.numbers.random())
            }
            link.stop()
        } catch {
            CommandLineHelp.end(name, "\(error)")
        }
    }
}
