import Shared
import Synchronization

/// The version of messages that the fleet has agreed on, as this process last learned it: when it
/// started, then with each heartbeat.
package final class AgreedVersion: Sendable {
    private let version: Atomic<Int>

    init(_ agreed: Int) { version = Atomic(agreed) }

    /// The oldest that is known, before anything is learned.
    package convenience init() { self.init(MessageVersion.known.lowerBound) }

    /// What messages are written in: the agreed version, or the newest known one below it. A process
    /// that runs on while a version is agreed that it does not know writes what it can.
    package var written: Int {
        let known = MessageVersion.known
        return min(max(version.load(ordering: .relaxed), known.lowerBound), known.upperBound)
    }

    /// Whether that is news.
    func learn(_ agreed: Int) -> Bool {
        version.exchange(agreed, ordering: .relaxed) != agreed
    }
}
