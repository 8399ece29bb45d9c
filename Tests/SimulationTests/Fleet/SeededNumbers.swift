import ServiceRuntime
import TestSupport

/// Numbers that come twice now and then, as generators that share a number would make them: claims
/// must keep such ids apart.
final class SeededNumbers: NumberSource {
    private let scheduler: Scheduler

    init(_ scheduler: Scheduler) { self.scheduler = scheduler }

    func nextNumber() -> Int64 {
        scheduler.lastNumber += 1
        let back = scheduler.random.once(in: 8) ? Int64(scheduler.random.below(30)) : 0
        return max(1, scheduler.lastNumber - back)
    }

    func random() -> UInt64 { scheduler.random.next() }
}
