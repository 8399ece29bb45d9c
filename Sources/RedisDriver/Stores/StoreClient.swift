import ServiceRuntime
import Shared

typealias StoreReply = Result<Reply, StoreError>

/// The stores' way to Redis: pipelines of one round trip, with a store's errors, and writes that
/// count only once enough replicas have them. Belongs to one thread, like its client.
///
/// **Replicas.** `WAIT` waits for all that its server had written when the connection's last command
/// ended, by whomever. So a read, a repeat that writes nothing, or a write that another process made
/// before it died is covered as well as a write of our own, on a fresh connection too, as long as
/// some command precedes `WAIT` on the same connection. It always does here: `WAIT` is the last
/// command of the pipeline that it covers.
final class StoreClient {
    let redis: RedisClient
    private let replicas: Int
    private let wait: RedisCommand

    /// - Parameters:
    ///   - replicas: how many must have a write before anything follows from it
    ///     (`REDIS_WAIT_REPLICAS`); 0 waits for none.
    ///   - patience: how long a write waits for its replicas; less than the server may be silent.
    init(_ redis: RedisClient, replicas: Int = 0, patience: Duration = .seconds(1)) {
        self.redis = redis
        self.replicas = replicas
        var wait = RedisCommand("WAIT", slot: nil)
        wait.append(replicas)
        wait.append(patience.milliseconds)
        self.wait = wait
    }

    /// Runs commands from which nothing follows that a lost write could contradict.
    func run(_ commands: [RedisCommand]) -> [StoreReply] {
        redis.pipeline(commands).map { $0.mapError { StoreError($0) } }
    }

    func run(_ command: RedisCommand) throws(StoreError) -> Reply {
        try run([command])[0].get()
    }

    /// Runs commands whose effects, and whatever they saw, must survive their server. What too few
    /// replicas have is `unavailable`, though it was done.
    func runDurably(_ commands: [RedisCommand]) -> [StoreReply] {
        guard replicas > 0 else { return run(commands) }
        let (replies, trailers) = redis.pipeline(commands, trailer: wait)
        let behind = Set(trailers.filter { !isEnough($0.result) }.map(\.endpoint))
        return zip(commands, replies).map { command, reply in
            if case .success = reply, isServed(command.slot, by: behind) {
                return .failure(
                    .unavailable(
                        operation: command.operation,
                        detail: "fewer than \(replicas) replicas have it"))
            }
            return reply.mapError { StoreError($0) }
        }
    }

    func runDurably(_ command: RedisCommand) throws(StoreError) -> Reply {
        try runDurably([command])[0].get()
    }

    private func isEnough(_ result: Result<Reply, RedisError>) -> Bool {
        guard case .success(let reply) = result, let count = reply.number else { return false }
        return count >= replicas
    }

    /// A slot whose node is not known any more may have been served by any.
    private func isServed(_ slot: UInt16?, by nodes: Set<RedisEndpoint>) -> Bool {
        if nodes.isEmpty { return false }
        guard let slot, let node = try? redis.node(for: slot) else { return true }
        return nodes.contains(node)
    }
}

extension StoreError {
    /// Away, and settings that somebody must mend, hold the work; what the server refuses will be
    /// refused again.
    init(_ error: RedisError) {
        let detail = "\(error.name.rawValue): \(error.detail)"
        switch error.code {
        case .unavailable, .auth:
            self = .unavailable(operation: error.operation, detail: detail)
        case .refused: self = .refused(operation: error.operation, detail: detail)
        }
    }
}
