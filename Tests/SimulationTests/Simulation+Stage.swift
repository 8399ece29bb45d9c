import Lives
import ServiceRuntime
import Shared
import TestSupport

/// What the provider meets: the memory world, under the scheduler's clock and chance.
extension Simulation: Stage {
    var partitions: Int { world.partitions }
    var now: Int64 { world.now }

    func price(of symbol: Symbol) -> MarketPrice? { (try? world.prices([symbol]))?[symbol] }

    func draw(below bound: Int, about order: OrderID) -> Int { scheduler.random.below(bound) }

    func plan(in milliseconds: Int64, _ action: @escaping () -> Void) {
        scheduler.plan(in: milliseconds, action)
    }

    func append(report: Fields, to partition: Int, sent: @escaping (EntryID) -> Void) {
        messages += 1
        sent(world.append(report, to: LaneID(queue: .reports, partition).stream))
    }

    func note(_ who: String, _ what: @autoclosure () -> String) {
        trace.note(world.now, who, what())
    }
}
