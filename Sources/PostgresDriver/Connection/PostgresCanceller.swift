internal import CLibpq
internal import Synchronization

/// Ends the statement that a connection is running, from any other thread: for a process that
/// stops and will not wait for a lock. The statement then fails `cancelled`.
package final class PostgresCanceller: Sendable {
    private struct State {
        /// Address of libpq's `PGcancel`; a number, because only the lock makes it safe to share.
        var handle = 0
        var wasUsed = false
    }

    private let state = Mutex(State())

    init() {}

    /// Asks the server to end what is running; nothing is running: nothing happens.
    ///
    /// Stays set: what the connection is told by the server afterwards counts as cancelled.
    /// - Returns: why the server could not be asked; nil when it was asked, or there is no session.
    package func cancel() -> String? {
        state.withLock { state in
            state.wasUsed = true
            guard let handle = OpaquePointer(bitPattern: state.handle) else { return nil }
            return Self.ask(handle)
        }
    }

    package var wasUsed: Bool { state.withLock { $0.wasUsed } }

    /// Called by the owner of the connection with each new session, and with nil before it ends.
    func attach(_ session: PostgresSession?) {
        let fresh = session.flatMap { PQgetCancel($0.handle) }
        let address = Int(bitPattern: fresh)
        let old = state.withLock { state in
            let old = state.handle
            state.handle = address
            return old
        }
        PQfreeCancel(OpaquePointer(bitPattern: old))
    }

    private static func ask(_ handle: OpaquePointer) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
            reason.initialize(repeating: 0)
            guard PQcancel(handle, reason.baseAddress, Int32(reason.count)) != 1 else { return nil }
            return reason.baseAddress.map { oneLine(String(cString: $0)) } ?? "no reason"
        }
    }
}
