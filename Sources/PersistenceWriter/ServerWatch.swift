import RedisDriver
import ServiceRuntime
import Shared
import Synchronization

/// Notices that a server of Redis is another one than before, or has another history: it was started
/// again, or a replica took over. What it had acknowledged may be gone then, so Redis and Postgres
/// are held against each other (architecture §4).
///
/// One for the process; its lanes look in turn.
final class ServerWatch: Sendable {
    private struct State {
        /// `run_id` and `master_replid` of each master; empty until all have answered once.
        var known: Set<String> = []
        var nextLook = MonotonicTime.distantPast
        var isBusy = false
    }

    private let state = Mutex(State())
    private static let lookEvery: Duration = .seconds(1)

    /// Asks the servers, at most once a second.
    ///
    /// - Parameter reconcile: called on a thread of its own, never twice at once.
    func look(
        _ client: RedisClient, at now: MonotonicTime, reconcile: @escaping @Sendable () -> Void
    ) throws(RedisError) {
        let isDue = state.withLock { state in
            guard now >= state.nextLook else { return false }
            state.nextLook = now.advanced(by: ServerWatch.lookEvery)
            return true
        }
        guard isDue else { return }
        var names: Set<String> = []
        for node in try client.forEachMaster(
            RedisCommand("INFO", slot: nil, ["server", "replication"]))
        {
            // A server that is away is compared when it is back.
            guard case .success(let reply) = node.result, let info = reply.string else { return }
            names.insert(ServerWatch.name(info))
        }
        note(names, reconcile: reconcile)
    }

    /// Takes note of who the servers are; reconciles where they were others before.
    func note(_ names: Set<String>, reconcile: @escaping @Sendable () -> Void) {
        let isNews = state.withLock { state in
            // What changes while a reconciliation runs is compared again when it is done.
            if state.isBusy { return false }
            defer { state.known = names }
            state.isBusy = !state.known.isEmpty && state.known != names
            return state.isBusy
        }
        guard isNews else { return }
        Thread.start { [self] in
            reconcile()
            state.withLock { $0.isBusy = false }
        }
    }

    private static func name(_ info: String) -> String {
        let lines = info.split(whereSeparator: \.isNewline)
        return ["run_id:", "master_replid:"].map { name in
            lines.first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.utf8.count)) } ?? ""
        }.joined(separator: "/")
    }
}
