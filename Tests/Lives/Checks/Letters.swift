import ServiceRuntime
import Shared
import TestSupport

/// Invariant 1 for dead letters: what is dead is nothing else, and is dead once.
struct Letters {
    private let world: MemoryWorld

    init(_ world: MemoryWorld) { self.world = world }

    func violations() -> [String] {
        SimulatedService.allCases.flatMap { service in
            (0..<world.partitions).flatMap { violations(service.lane($0)) }
        }
    }

    /// Every dead letter, for the story of a seed.
    var all: [String] {
        SimulatedService.allCases.flatMap { service in
            (0..<world.partitions).flatMap { partition in
                let lane = service.lane(partition)
                return world.entries(of: lane.dead).map { letter in
                    let id = letter.fields["event_id"] ?? letter.fields["order_id"] ?? ""
                    let detail = letter.fields[DeadField.detail] ?? ""
                    return "\(lane): \(id) \(letter.fields[DeadField.reason] ?? "") \(detail)"
                }
            }
        }
    }

    private func violations(_ lane: LaneID) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        for letter in world.entries(of: lane.dead).map(\.fields) {
            let reason = letter[DeadField.reason] ?? ""
            let name = "\(lane) \(letter[DeadField.entry] ?? "") \(letter["event_id"] ?? "")"
            if !seen.insert(name).inserted { found.append("1: \(name) is dead twice") }
            // Only what was applied and killed by its publication waits among the dead letters.
            guard reason != DeadReason.unpublished.rawValue else { continue }
            if lane.source == .queue(.orders) { found.append("1: command \(name) is dead") }
            if case .queue = lane.source, isApplied(letter) {
                found.append("1: \(name) is dead (\(reason)) and applied")
            }
        }
        return found
    }

    private func isApplied(_ letter: Fields) -> Bool {
        guard let event = letter["event_id"],
            let key = letter["key"].flatMap({ try? OrderKey(text: $0) })
        else { return false }
        return [key.account.holdings(key.order), key.account.orderDone(key.order)].contains {
            NamedList(text: world[hash: $0]["applied"] ?? "").contains(event)
        }
    }
}
