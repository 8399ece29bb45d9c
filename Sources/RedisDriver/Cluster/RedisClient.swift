import Glibc

/// Redis, single server or cluster, behind one interface. Owned by one thread, which it blocks; it
/// keeps one connection per node.
///
/// **Order.** Commands of one slot run in the order of the pipeline, also over a redirect. Two rare
/// exceptions: while a slot is being moved, order is kept per key, and a command on several keys may
/// be overtaken; and after a `SCRIPT FLUSH` the scripts that were missed run after the rest of the
/// pipeline. Commands of different slots have no order in a cluster.
///
/// **Once.** A command is sent again only if the server said that it did not run it (a redirect,
/// `NOSCRIPT`) or it never left. One whose answer is lost fails, with `mayHaveRun`.
package final class RedisClient {
    private let pool: ConnectionPool
    private let routes: Routes
    private var options: RedisOptions { pool.options }
    /// Two redirects are usual at the worst moment, five waits for `TRYAGAIN` are allowed by default.
    private static let roundLimit = 16

    package init(_ address: RedisAddress, options: RedisOptions = RedisOptions()) {
        pool = ConnectionPool(address, options)
        routes = Routes(pool)
    }

    package var address: RedisAddress { pool.address }

    /// Whether slots may lie on several servers, whose commands have no order among them.
    package var isCluster: Bool { routes.isCluster }

    /// Sees the bytes of every pipeline as they are sent, one call per node, and the number of
    /// commands in them. Not the login.
    package var tap: ((UnsafeRawBufferPointer, _ commands: Int) -> Void)? {
        get { pool.tap }
        set { pool.tap = newValue }
    }

    /// Sends all commands and returns one result for each, in order. One round trip, whatever the
    /// number of nodes; more only to follow redirects and to load scripts that a server lacks. A
    /// node that is away fails its own commands only.
    package func pipeline(_ commands: [RedisCommand]) -> [Result<Reply, RedisError>] {
        run(commands, trailer: nil).replies
    }

    /// As above, and sends `trailer` to every node that was sent anything, last on the same
    /// connection: `WAIT` must follow the writes that it waits for, and wait less than the options'
    /// `replyTimeout`.
    ///
    /// - Returns: the replies in order, and the trailers' replies: one per node and round trip, so
    ///   all of them must have succeeded for all the commands to be covered.
    package func pipeline(
        _ commands: [RedisCommand], trailer: RedisCommand
    ) -> (replies: [Result<Reply, RedisError>], trailers: [NodeReply]) {
        run(commands, trailer: trailer)
    }

    /// One command, one reply.
    package func call(_ command: RedisCommand) -> Result<Reply, RedisError> {
        pipeline([command])[0]
    }

    /// The same command to every master, on the connections that pipelines use: `INFO`, `DBSIZE`,
    /// `CONFIG GET`. `WAIT` too, but a connection that has been made anew since the writes answers
    /// for none of them: wait by a trailer to some write then.
    ///
    /// - Throws: when no node could tell which masters there are.
    package func forEachMaster(_ command: RedisCommand) throws(RedisError) -> [NodeReply] {
        try routes.prepare()
        let masters = routes.masters
        let batches = masters.map { Batch(pool[$0], [command]) }
        Batch.run(batches)
        return zip(masters, batches).map { NodeReply(endpoint: $0, result: $1.replies[0]) }
    }

    /// The node that serves a slot (`nil`: some node), as far as known.
    package func node(for slot: UInt16?) throws(RedisError) -> RedisEndpoint {
        try routes.prepare()
        return try routes.endpoint(for: slot, operation: "route")
    }

    /// A connection of its own to the node that serves a slot, for calls that block there.
    package func dedicated(slot: UInt16?) -> DedicatedConnection {
        DedicatedConnection(slot: slot, routes: routes, pool: pool)
    }

    /// Ends all connections. The next call opens them again.
    package func close() { pool.closeAll() }
}

/// What one node answered.
package struct NodeReply: Sendable {
    package let endpoint: RedisEndpoint
    package let result: Result<Reply, RedisError>
}

extension RedisClient {
    /// What the rounds of one pipeline have in common.
    private struct Journey {
        var delivery: Delivery
        var trailers: [NodeReply] = []
        /// Waits for `TRYAGAIN` that are left.
        var waits: ArraySlice<Duration>
        var hasRefreshed = false
        var mustWait = false
    }

    private func run(
        _ commands: [RedisCommand], trailer: RedisCommand?
    ) -> (replies: [Result<Reply, RedisError>], trailers: [NodeReply]) {
        if commands.isEmpty { return ([], []) }
        do throws(RedisError) {
            try routes.prepare()
        } catch {
            return (
                commands.map { .failure(error.told(of: $0.operation, mayHaveRun: false)) }, []
            )
        }
        var journey = Journey(delivery: Delivery(commands), waits: options.tryAgainWaits[...])
        for _ in 0..<Self.roundLimit where !journey.delivery.pending.isEmpty {
            let shares = plan(&journey.delivery, trailer: trailer)
            let batches = shares.map { Batch(pool[$0.endpoint], $0.commands) }
            Batch.run(batches)
            for (share, batch) in zip(shares, batches) { settle(share, batch, &journey, trailer) }
            if journey.mustWait, let wait = journey.waits.popFirst() { sleep(for: wait) }
            journey.mustWait = false
        }
        return (journey.delivery.answers, journey.trailers)
    }

    /// Splits what is pending by node. What has no node is answered at once.
    private func plan(_ delivery: inout Delivery, trailer: RedisCommand?) -> [NodeShare] {
        var shares: [NodeShare] = []
        var shareOfSlot: [UInt16: Int] = [:]
        for attempt in delivery.takePending() {
            let command = delivery.commands[attempt.index]
            if attempt.target == nil, let slot = command.slot, let share = shareOfSlot[slot] {
                shares[share].append(command, for: attempt)
                continue
            }
            do throws(RedisError) {
                let endpoint = try place(of: command, attempt.target)
                let share = shares.firstIndex { $0.endpoint == endpoint } ?? shares.endIndex
                if share == shares.endIndex { shares.append(NodeShare(endpoint)) }
                shares[share].append(command, for: attempt)
                if attempt.target == nil, let slot = command.slot { shareOfSlot[slot] = share }
            } catch {
                delivery.answer(attempt, .failure(error))
            }
        }
        if let trailer { for share in shares.indices { shares[share].append(extra: trailer) } }
        return shares
    }

    private func place(
        of command: RedisCommand, _ target: RedisEndpoint?
    ) throws(RedisError) -> RedisEndpoint {
        if let target { return target }
        return try routes.endpoint(for: command.slot, operation: command.operation)
    }

    /// Takes a node's replies: final ones are answers, the others are sent again.
    private func settle(
        _ share: NodeShare, _ batch: Batch, _ journey: inout Journey, _ trailer: RedisCommand?
    ) {
        for (attempt, reply) in zip(share.attempts, batch.replies) {
            guard let attempt else { continue }
            guard case .failure(let error) = reply else {
                journey.delivery.answer(attempt, reply)
                continue
            }
            if let next = follow(error, attempt, from: share.endpoint, &journey) {
                journey.delivery.again(next)
            } else {
                journey.delivery.answer(attempt, .failure(explained(error, from: share.endpoint)))
                learn(from: error, at: share.endpoint)
            }
        }
        if trailer != nil, let last = batch.replies.last {
            journey.trailers.append(NodeReply(endpoint: share.endpoint, result: last))
        }
    }

    /// How a failed command goes on; `nil` when it does not.
    private func follow(
        _ error: RedisError, _ attempt: Delivery.Attempt, from asked: RedisEndpoint,
        _ journey: inout Journey
    ) -> Delivery.Attempt? {
        guard let redirect = Redirect(error, from: asked) else { return nil }
        if redirect == .reload {
            pool[asked].forgetScripts()
            return attempt
        }
        guard routes.isCluster else { return nil }
        switch redirect {
        case .moved(let slot, let node):
            routes.move(slot, to: node)
            return Delivery.Attempt(index: attempt.index, target: node)
        case .ask(let node):
            return Delivery.Attempt(index: attempt.index, target: node, isAsking: true)
        case .tryAgain:
            if journey.waits.isEmpty { return nil }
            journey.mustWait = true
            return attempt
        case .relocate:
            if !journey.hasRefreshed { routes.refresh() }
            journey.hasRefreshed = true
            return relocated(journey.delivery.commands[attempt.index], attempt, from: asked)
        case .reload: return attempt
        }
    }

    /// Another node for a command that never reached its own, when the map now names another.
    private func relocated(
        _ command: RedisCommand, _ attempt: Delivery.Attempt, from asked: RedisEndpoint
    ) -> Delivery.Attempt? {
        if command.slot == nil {
            guard let other = routes.masters.first(where: { $0 != asked && pool.isConnected($0) })
            else { return nil }
            return Delivery.Attempt(index: attempt.index, target: other)
        }
        guard let owner = try? routes.endpoint(for: command.slot, operation: command.operation),
            owner != asked
        else { return nil }
        return Delivery.Attempt(index: attempt.index)
    }

    /// A redirect from a single server means that the address is wrong.
    private func explained(_ error: RedisError, from asked: RedisEndpoint) -> RedisError {
        guard !routes.isCluster, error.name == .moved || error.name == .ask else { return error }
        return RedisError(
            .wrongTopology, operation: error.operation,
            detail: "\(asked) is a cluster's node: use redis+cluster://")
    }

    /// What a final failure says about the map and the connection.
    private func learn(from error: RedisError, at endpoint: RedisEndpoint) {
        guard error.code == .unavailable else { return }
        routes.suspect()
        // A name that now leads to another server is looked up again.
        if error.name == .readOnly { pool[endpoint].close() }
    }
}

/// Blocks the thread, which is the client's own.
private func sleep(for duration: Duration) {
    let (seconds, attoseconds) = duration.components
    var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var left = timespec()
    while nanosleep(&rest, &left) != 0, errno == EINTR { rest = left }
}
