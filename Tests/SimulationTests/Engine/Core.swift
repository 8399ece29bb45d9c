import CCores
import Synchronization

/// One core for all strands of a simulation. They take turns, so a second core gains nothing; and a
/// wake-up on another core costs ten times one on the same. Simulations beside one another share
/// the cores evenly.
struct Core: ~Copyable {
    /// The cores this process may use, with the number of simulations on each.
    private static let users = Mutex(allowed().map { (core: $0, users: 0) })
    /// Bits of the widest mask that is asked for: cores of the largest machines.
    private static let mostCores = 1_024

    private let number: Int?

    /// Takes the core with the fewest simulations.
    init() {
        number = Core.users.withLock { list in
            guard let place = list.indices.min(by: { list[$0].users < list[$1].users }) else {
                return nil
            }
            list[place].users += 1
            return list[place].core
        }
    }

    deinit {
        guard let number else { return }
        Core.users.withLock { list in
            guard let place = list.firstIndex(where: { $0.core == number }) else { return }
            list[place].users -= 1
        }
    }

    /// Keeps the calling thread on this core. Where the system refuses, it runs anywhere: slower,
    /// and otherwise the same.
    func pin() {
        guard let number else { return }
        var mask = [UInt](repeating: 0, count: Core.mostCores / UInt.bitWidth)
        mask[number / UInt.bitWidth] |= 1 << UInt(number % UInt.bitWidth)
        _ = cores_set_affinity(0, mask.count * MemoryLayout<UInt>.size, mask)
    }

    private static func allowed() -> [Int] {
        var mask = [UInt](repeating: 0, count: mostCores / UInt.bitWidth)
        let bytes = mask.count * MemoryLayout<UInt>.size
        guard cores_get_affinity(0, bytes, &mask) == 0 else { return [] }
        return (0..<mostCores).filter { core in
            mask[core / UInt.bitWidth] >> UInt(core % UInt.bitWidth) & 1 == 1
        }
    }
}
