import Glibc
import ServiceRuntime

/// A thread that runs only while it has the baton, so that a simulated process can be stopped in the
/// middle of any call and gone on with later. All state of a simulation belongs to whoever has the
/// baton.
///
/// Unchecked: exactly one strand runs at a time, and the semaphore by which the baton is handed over
/// orders what one wrote before what the next one reads.
final class Strand: @unchecked Sendable {
    let name: String
    /// Virtual time before which it is not run, ms.
    var sleepsUntil: Int64 = 0
    /// Whether it is woken earlier; asked only while it sleeps.
    var hasWork: () -> Bool = { false }
    private(set) var hasEnded = false
    private let body: () -> Void
    private let baton: UnsafeMutablePointer<sem_t>

    init(_ name: String, _ body: @escaping () -> Void) {
        self.name = name
        self.body = body
        baton = .allocate(capacity: 1)
        sem_init(baton, 0, 0)
    }

    deinit {
        sem_destroy(baton)
        baton.deallocate()
    }

    /// Starts the thread; it waits for the baton before it does anything.
    ///
    /// - Parameters:
    ///   - prepare: what the thread does first, with the baton.
    ///   - next: who gets the baton when the body is done.
    func start(_ prepare: @escaping () -> Void, then next: @escaping () -> Strand) {
        let after = Next(prepare, next)
        Thread.start { [self] in
            waitForBaton()
            after.prepare()
            body()
            hasEnded = true
            after.strand().wake()
        }
    }

    /// Hands the baton over. Whoever calls it goes on only to wait.
    func wake() { sem_post(baton) }

    /// Waits for the baton; an interrupted wait is no baton.
    func waitForBaton() { while sem_wait(baton) != 0 {} }

    /// Unchecked: called once, by the strand that has the baton.
    private final class Next: @unchecked Sendable {
        let prepare: () -> Void
        let strand: () -> Strand
        init(_ prepare: @escaping () -> Void, _ strand: @escaping () -> Strand) {
            self.prepare = prepare
            self.strand = strand
        }
    }
}
