import ServiceRuntime
package import Shared
package import TestSupport

/// Invariant 1 for dead letters: what is dead is nothing else, and is dead once.
package struct Letters {
    private let world: MemoryWorld
    private let lanes: [LaneID]

    /// - Parameter lanes: every one that may have some.
    package init(_ world: MemoryWorld, _ lanes: [LaneID]) {
        self.world = world
        self.lanes = lanes
    }

    /// Everything that is wrong with them.
    package func violations() -> [String] { lanes.flatMap(violations) }

    /// Every dead letter, for the story of a seed.
    package var all: [String] {
        lanes.flatMap { lane in
            world.entries(of: lane.dead).map { letter in
                let id = letter.fields["event_id"] ?? letter.fields["order_id"] ?? ""
                let detail = letter.fields[DeadField.detail] ?? ""
                return "\(lane): \(id) \(letter.fields[DeadField.reason] ?? "") \(detail)"
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
