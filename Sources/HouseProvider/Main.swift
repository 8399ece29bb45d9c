import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.service(
            "house-provider",
            about: "fills and closes orders of the house at market prices, fires its triggers",
            lane: { LaneID(queue: .provider(.house), $0) }, companion: triggers
        ) { settings, stores, tools in
            HouseProcessor(
                prices: stores.prices, triggers: stores.triggers, reports: stores.reports,
                partitions: tools.topology.partitions,
                rules: HouseRules(maxPriceAge: try settings.maxPriceAge()),
                counters: tools.counters)
        }
    }

    /// While an operator has paused this queue, triggers do not fire either.
    private static let queue = LaneID(queue: .provider(.house), 0)

    /// The thread that fires triggers.
    private static let triggers: Launch.MakeCompanion = { settings, connect, tools in
        let rules = HouseRules(maxPriceAge: try settings.maxPriceAge())
        return TriggerThread(log: tools.log) {
            let stores = connect()
            return TriggerThread.Equipment(
                owner: TriggerOwner(
                    member: ServiceRunner.member(TriggerOwner.service),
                    coordination: stores.coordination, triggers: stores.triggers,
                    numbers: tools.numbers),
                round: TriggerRound(
                    stores.triggers, reports: stores.reports,
                    partitions: tools.topology.partitions, rules: rules,
                    counters: tools.counters),
                ticks: stores.ticks,
                isPaused: { () throws(StoreError) in
                    try stores.coordination.isPaused(queue.queueName)
                })
        }
    }
}
