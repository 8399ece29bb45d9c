import Synchronization
package import Shared

/// Whether the fleet has room for new risk. Closing, and everything under way, always goes on
/// (architecture §4).
package final class Pressure: Sendable {
    package enum State: String, Sendable {
        case none
        /// A server uses more than 80 % of its `maxmemory`.
        case memoryFull = "memory_full"
        /// A queue holds more than `MAX_QUEUE_DEPTH` messages.
        case overloaded
    }

    /// What the servers said.
    package struct Reading: Sendable, Equatable {
        /// Used memory in per mille of `maxmemory`, of the fullest server; 0 without a limit.
        package let memory: Int
        /// Messages in the deepest queue partition.
        package let depth: Int

        package init(memory: Int, depth: Int) {
            self.memory = memory
            self.depth = depth
        }
    }

    /// Per mille of `maxmemory` above which new risk is refused.
    package static let fullMemory = 800

    private let mostDepth: Int
    private let current = Mutex(State.none)

    /// - Parameter mostDepth: messages in one partition of a queue (`MAX_QUEUE_DEPTH`).
    package init(mostDepth: Int) { self.mostDepth = mostDepth }

    package var state: State { current.withLock { $0 } }

    /// Takes a reading; true where the state changed.
    package func take(_ reading: Reading) -> Bool {
        let next: State =
            reading.memory > Pressure.fullMemory
            ? .memoryFull : reading.depth > mostDepth ? .overloaded : .none
        return current.withLock { state in
            defer { state = next }
            return state != next
        }
    }
}

/// What measures the pressure.
package protocol PressureStore: AnyObject {
    /// The fullest server and the deepest of these queues.
    func pressure(on lanes: [LaneID]) throws(StoreError) -> Pressure.Reading
}
