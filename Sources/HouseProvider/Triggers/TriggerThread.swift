import ServiceRuntime
import Shared
import Synchronization

/// Looks after the process's symbols on a thread of its own, woken by ticks.
final class TriggerThread: Companion {
    /// What the thread works with; made on it, since connections belong to one thread.
    struct Equipment {
        let owner: TriggerOwner
        let round: TriggerRound
        let ticks: any TickListener
        /// Whether an operator has paused the house.
        let isPaused: () throws(StoreError) -> Bool
    }

    /// The longest wait for a tick; a stop is noticed after it.
    private static let longestWait: Duration = .milliseconds(250)
    /// How long symbols rest whose store was away.
    private static let rest: Duration = .milliseconds(50)

    private let equip: @Sendable () -> Equipment
    private let log: Log
    private let stopping = Atomic(false)
    private let ended = Atomic(false)

    init(log: Log, equip: @escaping @Sendable () -> Equipment) {
        self.log = log
        self.equip = equip
    }

    func start() {
        Thread.start { [self] in
            run()
            ended.store(true, ordering: .sequentiallyConsistent)
            log.flush()
        }
    }

    func stop() -> Bool {
        stopping.store(true, ordering: .sequentiallyConsistent)
        return ended.load(ordering: .sequentiallyConsistent)
    }

    private var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

    private func run() {
        let equipment = equip()
        var owner = equipment.owner
        var shared = MonotonicTime.distantPast
        var paused = false
        while !isStopping {
            var due: Set<Symbol>?
            if MonotonicTime.now().since(shared) >= Lease.renewal {
                share(&owner, equipment, &paused)
                shared = MonotonicTime.now()
            } else {
                let heard = equipment.ticks.heard(within: Self.longestWait)
                // A symbol's first trigger: whose it is is settled at once.
                let strange = heard.subtracting(owner.known)
                if !strange.isEmpty { share(&owner, equipment, &paused, strange) }
                due = heard
            }
            look(due, &owner, equipment, sharedAt: shared)
        }
        do throws(StoreError) {
            try owner.leave()
        } catch {
            log.write(.warning, "symbols left to run out", ["error": "\(error)"])
        }
    }

    /// - Parameter strange: symbols with orders that nobody has registered, as far as was known.
    private func share(
        _ owner: inout TriggerOwner, _ equipment: Equipment, _ paused: inout Bool,
        _ strange: Set<Symbol> = []
    ) {
        do throws(StoreError) {
            paused = try equipment.isPaused()
        } catch {
            // What is not known any more changes nothing.
            log.write(.warning, "paused roles not known", ["error": "\(error)"])
        }
        do throws(StoreError) {
            try owner.register(strange)
            let new = try owner.share(sentAt: MonotonicTime.now(), isPaused: paused)
            if !new.isEmpty {
                let names = new.map(\.text).sorted().joined(separator: ",")
                log.write(.info, "symbols acquired", ["symbols": names])
            }
        } catch {
            log.write(.warning, "symbols wait", ["error": "\(error)"])
        }
    }

    /// - Parameter due: the symbols to look at; nil for all, once a second, because a tick may have
    ///   come while the connection that tells of it was away.
    private func look(
        _ due: Set<Symbol>?, _ owner: inout TriggerOwner, _ equipment: Equipment,
        sharedAt: MonotonicTime
    ) {
        let claims = owner.claims(at: MonotonicTime.now()).filter { symbol, _ in
            due?.contains(symbol) ?? true
        }
        guard !claims.isEmpty else { return }
        let outcome = equipment.round.look(at: claims) {
            self.isStopping || MonotonicTime.now().since(sharedAt) >= Lease.renewal * 2
        }
        owner.lose(outcome.lost)
        log.flush()
        if !outcome.unfinished.isEmpty, !isStopping { Thread.rest(Self.rest) }
    }
}
