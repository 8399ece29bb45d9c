import Lives
import ServiceRuntime
import Shared
import TestSupport

/// What is wrong with a run that has ended.
extension Simulation {
    func verdict() -> [String] {
        guard !isEndless else {
            return ["1: no end after \(calls) calls, \(tally.conflicts) conflicts \(unsettled)"]
        }
        guard isQuiet else { return ["1: not quiet: \(unsettled)"] }
        return bookkeeper.violations.map { "3: " + $0 } + Checks(evidence).violations()
            + violations + timing()
    }

    /// What became of each order, step by step.
    var story: [String] {
        events.values.joined().map { event in
            let names = ["user_id", "orders_version", "order_id", "type", "to_state", "event_id"]
            return names.map { event[$0] ?? "" }.joined(separator: " ")
        }
    }

    private var evidence: Evidence {
        Evidence(
            world, accounts: clients?.accounts ?? [], events: events,
            submitted: clients?.submitted ?? [:], provider: provider, held: held,
            booked: bookkeeper.standings.mapValues(\.balance), lanes: lanes)
    }

    private var events: [AccountID: [Fields]] {
        var events: [AccountID: [Fields]] = [:]
        for partition in 0..<world.partitions {
            for entry in world.entries(of: LaneID(events: partition, .persistence).stream) {
                guard let type = entry.fields["user_type"].flatMap(UserType.init(rawValue:)),
                    let account = try? AccountID(type, entry.fields["user_id"] ?? "")
                else { continue }
                events[account, default: []].append(entry.fields)
            }
        }
        return events
    }

    private var held: [OrderID: HeldOrder] {
        var held: [OrderID: HeldOrder] = [:]
        for triggers in world.triggers.values {
            for (id, order) in triggers.orders {
                held[id] = HeldOrder(
                    order.standing, price: order.price, quantity: order.quantity,
                    legs: order.legs.mapValues { ($0.id, $0.price) })
            }
        }
        return held
    }

    /// No decision older than two seconds was applied, and no id was ever unknown.
    private func timing() -> [String] {
        var found: [String] = []
        if world.oldestApplied > 2_000 {
            found.append("age: a decision \(world.oldestApplied) ms old was applied")
        }
        if tally.total("deferred unknown_id") > 0 {
            found.append("lookups: an id that was sent was unknown")
        }
        return found
    }
}
