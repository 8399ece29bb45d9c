/// A connection of its own for calls that block, such as `XREAD BLOCK`, to the node that serves a
/// slot. It follows the slot when that moves. Belongs to the thread of the client that made it.
package final class DedicatedConnection {
    private let slot: UInt16?
    private let routes: Routes
    private let pool: ConnectionPool
    private var connection: RedisConnection?
    private static let hopLimit = 4

    init(slot: UInt16?, routes: Routes, pool: ConnectionPool) {
        self.slot = slot
        self.routes = routes
        self.pool = pool
    }

    /// One blocking command.
    ///
    /// - Parameter timeout: how long the server may be silent: more than the command blocks, or its
    ///   answer is taken for lost and the connection given up.
    package func call(_ command: RedisCommand, timeout: Duration) -> Result<Reply, RedisError> {
        var target: RedisEndpoint?
        var commands = [command]
        var last: Result<Reply, RedisError> = .failure(
            RedisError(.tryAgain, operation: command.operation, detail: "redirected too often"))
        for _ in 0..<Self.hopLimit {
            let asked: RedisEndpoint
            do throws(RedisError) {
                asked = try place(of: command, target)
            } catch {
                return .failure(error)
            }
            last = connect(asked).pipeline(commands, timeout: timeout)[commands.count - 1]
            guard case .failure(let error) = last else { return last }
            guard routes.isCluster else { return last }
            switch Redirect(error, from: asked) {
            case .moved(let slot, let node):
                routes.move(slot, to: node)
                target = node
                commands = [command]
            case .ask(let node):
                target = node
                commands = [RedisCommand("ASKING", slot: nil), command]
            case .relocate:
                routes.suspect()
                target = nil
                commands = [command]
            case .tryAgain, .reload, nil:
                if error.code == .unavailable { routes.suspect() }
                return last
            }
        }
        return last
    }

    private func place(
        of command: RedisCommand, _ target: RedisEndpoint?
    ) throws(RedisError) -> RedisEndpoint {
        if let target { return target }
        try routes.prepare()
        return try routes.endpoint(for: slot, operation: command.operation)
    }

    /// The connection to a node: the one there is, when it leads there.
    private func connect(_ endpoint: RedisEndpoint) -> RedisConnection {
        if let connection, connection.endpoint == endpoint { return connection }
        let fresh = pool.separate(endpoint)
        connection = fresh
        return fresh
    }

    package func close() { connection = nil }
}
