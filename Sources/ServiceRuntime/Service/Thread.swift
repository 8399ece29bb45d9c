import Glibc

/// A thread of the operating system. Blocking calls of C libraries belong on one, never on Swift's
/// cooperative pool.
package enum Thread {
    private final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }

    /// Starts a thread that ends by itself; whoever needs to know when it is done lets it say so.
    package static func start(_ work: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 1 << 20)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(work)).toOpaque()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, box)
        precondition(status == 0, "no thread could be started: \(status)")
    }

    /// Lets this thread rest between two tries of something that nobody announces.
    package static func rest(_ duration: Duration) {
        var time = timespec(
            tv_sec: Int(duration.components.seconds),
            tv_nsec: Int(duration.nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
    }
}

/// Signals as events: blocked in all threads, waited for by one.
package struct SignalWaiter {
    private var set = sigset_t()

    /// Must be made before the first thread starts. SIGPIPE is ignored, so that a closed connection
    /// is an error of the call that writes.
    package init(_ signals: [CInt]) {
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Returns the signal that came, or nil after the time is over.
    package mutating func wait(for duration: Duration) -> CInt? {
        var time = timespec()
        time.tv_sec = Int(duration.components.seconds)
        time.tv_nsec = Int(duration.nanoseconds % 1_000_000_000)
        let signal = sigtimedwait(&set, nil, &time)
        return signal > 0 ? signal : nil
    }
}
