import ServiceRuntime
import Shared
import TestSupport

@testable import Projector

/// What a person does after the faults are mended: brings back what died of failure, in the order of
/// arrival, and lets parked accounts trade whose outbox only waited.
struct Operator {
    /// Dead letters that a redrive brings back; the others were judged.
    private static let redriven: Set<DeadReason> = [
        .attempts, .crashLoop, .parked, .accountParked, .unpublished,
    ]

    let world: MemoryWorld

    /// How many letters were brought back.
    ///
    /// - Parameter accounts: all of them. One may be parked without a letter, when its process died
    ///   between the two.
    func redrive(_ accounts: [AccountID]) -> Int {
        accounts.forEach(unpark)
        return SimulatedService.allCases.reduce(0) { sum, service in
            (0..<world.partitions).reduce(sum) { $0 + redrive(service.lane($1)) }
        }
    }

    private func redrive(_ lane: LaneID) -> Int {
        let letters = world.entries(of: lane.dead).filter { letter in
            let reason = letter.fields[DeadField.reason].flatMap { DeadReason(rawValue: $0) }
            return reason.map { Operator.redriven.contains($0) } ?? false
        }
        let ordered = letters.sorted { $0.arrival < $1.arrival }
        for letter in ordered {
            world.streams[lane.dead.text]?.delete(letter.id)
            liftMark(letter.fields)
            // An event stays in its stream: its reader alone missed it, and is shown it again.
            if case .events = lane.source {
                if let missed = try? ProjectedOrder(letter.fields) {
                    _ = world.project([missed])
                }
                continue
            }
            var fields = letter.fields
            for name in DeadField.all { fields[name] = nil }
            fields[EntryField.redriven] = "1"
            world.append(fields, to: lane.stream)
        }
        return ordered.count
    }

    private func liftMark(_ fields: Fields) {
        guard let event = fields["event_id"], let key = key(fields) else { return }
        let entry = fields[DeadField.entry] ?? ""
        world.set(key.account.redriven(EventID(text: event), entry: entry), "1")
        for hash in [key.account.holdings(key.order), key.account.orderDone(key.order)] {
            guard let text = world[hash: hash]["dead"] else { continue }
            var marks = NamedList(text: text)
            marks.remove(event)
            world[hash: hash]["dead"] = marks.isEmpty ? nil : marks.text
        }
    }

    private func unpark(_ account: AccountID) {
        guard world[hash: account.portfolio]["parked"] == DeadReason.unpublished.rawValue else {
            return
        }
        world[hash: account.portfolio]["parked"] = nil
        world[hash: account.portfolio]["orders_token"] = "unparked~\(world.now)"
    }

    private func key(_ fields: Fields) -> OrderKey? {
        fields["key"].flatMap { try? OrderKey(text: $0) }
    }
}
