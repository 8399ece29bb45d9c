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
    func redrive() -> Int {
        SimulatedService.allCases.reduce(0) { sum, service in
            (0..<world.partitions).reduce(sum) { $0 + redrive(service.lane($1)) }
        }
    }

    private func redrive(_ lane: LaneID) -> Int {
        let letters = world.entries(of: lane.dead).filter { letter in
            let reason = letter.fields[DeadField.reason].flatMap { DeadReason(rawValue: $0) }
            return reason.map { Operator.redriven.contains($0) } ?? false
        }
        let ordered = letters.sorted { arrival($0) < arrival($1) }
        for letter in ordered {
            world.streams[lane.dead.text]?.delete(letter.id)
            liftMark(letter.fields)
            unpark(letter.fields)
            // An event stays in its stream: its reader alone missed it, and is shown it again.
            if case .events = lane.source {
                if let missed = try? ProjectedOrder(event: letter.fields) {
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

    private func arrival(_ letter: Entry) -> EntryID {
        letter.fields[EntryField.arrival].flatMap { EntryID($0) } ?? letter.id
    }

    private func liftMark(_ fields: Fields) {
        guard let event = fields["event_id"], let key = key(fields) else { return }
        for hash in [key.account.holdings(key.order), key.account.orderDone(key.order)] {
            guard let text = world[hash: hash]["dead"] else { continue }
            var marks = NamedList(text: text)
            marks.remove(event)
            world[hash: hash]["dead"] = marks.isEmpty ? nil : marks.text
        }
    }

    private func unpark(_ fields: Fields) {
        guard let account = key(fields)?.account ?? commander(fields),
            world[hash: account.portfolio]["parked"] == DeadReason.unpublished.rawValue
        else { return }
        world[hash: account.portfolio]["parked"] = nil
        world[hash: account.portfolio]["orders_token"] = "unparked~\(world.now)"
    }

    private func commander(_ fields: Fields) -> AccountID? {
        guard let type = fields["user_type"].flatMap(UserType.init(rawValue:)) else { return nil }
        return try? AccountID(type, fields["user_id"] ?? "")
    }

    private func key(_ fields: Fields) -> OrderKey? {
        fields["key"].flatMap { try? OrderKey(text: $0) }
    }
}
