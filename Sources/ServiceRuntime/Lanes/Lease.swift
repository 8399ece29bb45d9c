import Synchronization

/// One lease as its holder sees it. The thread that renews it and the threads that work under it
/// share this; the holder stops by its own monotonic clock, before the server lets go.
package final class Lease: Sendable {
    /// How long the server keeps a lease that is not renewed.
    package static let lifetime: Duration = .seconds(4)
    /// How long the holder trusts one: a second less.
    package static let trust: Duration = .seconds(3)
    package static let renewal: Duration = .seconds(1)

    package let nonce: LeaseNonce
    private let trustedUntil: Mutex<MonotonicTime>

    /// - Parameter sentAt: when the acquisition was sent, not when it was answered.
    package init(nonce: LeaseNonce, sentAt: MonotonicTime) {
        self.nonce = nonce
        trustedUntil = Mutex(sentAt.advanced(by: Lease.trust))
    }

    package func renewed(sentAt: MonotonicTime) {
        trustedUntil.withLock { $0 = max($0, sentAt.advanced(by: Lease.trust)) }
    }

    /// The lease is somebody else's, or was released.
    package func lost() {
        trustedUntil.withLock { $0 = .distantPast }
    }

    package func isTrusted(at now: MonotonicTime) -> Bool {
        trustedUntil.withLock { now < $0 }
    }
}
