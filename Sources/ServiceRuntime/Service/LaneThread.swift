import Shared
import Synchronization

/// One lane at work on its own thread, from acquisition to loss or stop.
final class LaneThread: Sendable {
    enum Phase: Equatable {
        case working
        /// Waits for entries and holds nothing unfinished: its lease may be released under it.
        case waiting
        case ended
    }

    let id: LaneID
    let lease: Lease
    private let phase = Mutex(Phase.working)
    private let stopping = Atomic(false)
    private let heldEntries = Atomic(0)
    private let paused: Atomic<Bool>

    /// - Parameter isPaused: as when it starts; `pause` changes it.
    init(_ id: LaneID, lease: Lease, isPaused: Bool) {
        self.id = id
        self.lease = lease
        paused = Atomic(isPaused)
    }

    var hasEnded: Bool { phase.withLock { $0 == .ended } }
    var heldCount: Int { heldEntries.load(ordering: .relaxed) }

    /// Stops taking entries, or goes on; the lease stays.
    func pause(_ isPaused: Bool) { paused.store(isPaused, ordering: .relaxed) }

    /// Asks it to end after the batch in hand. True where it has nothing in hand: then it will touch
    /// nothing any more, and its lease may go.
    func stop() -> Bool {
        stopping.store(true, ordering: .sequentiallyConsistent)
        return phase.withLock { $0 != .working }
    }

    func start(_ definition: ServiceDefinition, _ tools: ServiceTools) {
        Thread.start { [self] in
            run(definition, tools)
            phase.withLock { $0 = .ended }
            tools.log.flush()
        }
    }

    private func run(_ definition: ServiceDefinition, _ tools: ServiceTools) {
        let lane: Lane
        do {
            let equipment = try definition.equip(id, tools)
            lane = Lane(
                id, store: equipment.store, processor: equipment.processor, lease: lease,
                now: MonotonicTime.now, batch: definition.batch,
                isPaused: { [self] in
                    paused.load(ordering: .relaxed)
                        || stopping.load(ordering: .sequentiallyConsistent)
                })
        } catch {
            tools.log.write(.error, "lane not equipped", ["lane": "\(id)", "error": "\(error)"])
            return
        }
        while enter(.working) || lane.hasAhead {
            do {
                let turn = try lane.turn()
                heldEntries.store(lane.heldCount, ordering: .relaxed)
                tools.log.flush()
                switch turn {
                case .worked: continue
                case .leaseLost: return
                case .idle(let milliseconds):
                    guard enter(.waiting) else { return }
                    try lane.wait(milliseconds: milliseconds)
                }
            } catch {
                tools.log.write(.warning, "lane waits", ["lane": "\(id)", "error": "\(error)"])
                // A refusal does not heal by itself: the lane gives up and another try acquires it.
                guard error.isUnavailable, restBeforeRetry() else { return }
            }
        }
    }

    /// Whether the lane goes on, in this phase. A stop asked for before is seen here, so that after
    /// `stop` answered true nothing more is done.
    private func enter(_ next: Phase) -> Bool {
        phase.withLock { phase in
            guard !stopping.load(ordering: .sequentiallyConsistent) else { return false }
            phase = next
            return true
        }
    }

    /// The store is away: rests as long as a reconnect may reasonably take. False where the lane stops.
    private func restBeforeRetry() -> Bool {
        guard enter(.waiting) else { return false }
        Thread.rest(.milliseconds(100))
        return true
    }
}
