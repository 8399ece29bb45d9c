import Glibc
import Synchronization

/// Starts every child from one thread that lives as long as the process. The kernel ends a child with
/// `PR_SET_PDEATHSIG` when the *thread* that started it ends, and threads of Swift's pool come and go.
///
/// `@unchecked`: `jobs` is guarded by its mutex, the semaphore by the kernel; nothing else changes.
final class Spawner: @unchecked Sendable {
    static let shared = Spawner()
    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let waiting = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    private init() {
        sem_init(waiting, 0, 0)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                while true { Spawner.shared.runNext() }
            }, nil)
    }

    private func runNext() {
        while sem_wait(waiting) != 0 {}
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        job?()
    }

    /// Runs `body` on the thread and waits for what it returns.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let answer = Answer<Value>()
        jobs.withLock { $0.append { answer.give(body()) } }
        sem_post(waiting)
        return answer.take()
    }

    /// `@unchecked`: the value is guarded by its mutex, the semaphore by the kernel.
    private final class Answer<Value: Sendable>: @unchecked Sendable {
        private let value = Mutex<Value?>(nil)
        private let given = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

        init() { sem_init(given, 0, 0) }

        deinit {
            sem_destroy(given)
            given.deallocate()
        }

        func give(_ answer: Value) {
            value.withLock { $0 = answer }
            sem_post(given)
        }

        func take() -> Value {
            while sem_wait(given) != 0 {}
            guard let answer = value.withLock({ $0 }) else {
                preconditionFailure("posted after the value was stored")
            }
            return answer
        }
    }
}
