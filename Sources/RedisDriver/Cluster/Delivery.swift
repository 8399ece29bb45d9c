/// A pipeline on its way: which commands are answered, and which are still to be sent.
struct Delivery {
    /// A command that is to be sent, in this round or the next.
    struct Attempt {
        let index: Int
        /// Where a redirect sends it; `nil` means to its slot's node.
        var target: RedisEndpoint?
        /// The target answers it only after `ASKING`.
        var isAsking = false
    }

    let commands: [RedisCommand]
    private var results: [Result<Reply, RedisError>?]
    private(set) var pending: [Attempt]

    init(_ commands: [RedisCommand]) {
        self.commands = commands
        results = Array(repeating: nil, count: commands.count)
        pending = commands.indices.map { Attempt(index: $0) }
    }

    /// Takes what is to be sent now, in the commands' order: so commands of one slot stay in theirs.
    mutating func takePending() -> [Attempt] {
        defer { pending = [] }
        return pending.sorted { $0.index < $1.index }
    }

    mutating func answer(_ attempt: Attempt, _ result: Result<Reply, RedisError>) {
        results[attempt.index] = result
    }

    mutating func again(_ attempt: Attempt) { pending.append(attempt) }

    /// One result for each command, in order.
    var answers: [Result<Reply, RedisError>] {
        zip(commands, results).map { command, result in
            result
                ?? .failure(
                    RedisError(
                        .tryAgain, operation: command.operation, detail: "redirected too often"))
        }
    }
}

/// One node's share of a round.
struct NodeShare {
    let endpoint: RedisEndpoint
    private(set) var commands: [RedisCommand] = []
    /// What each command stands for; `nil` for `ASKING` and for the trailer.
    private(set) var attempts: [Delivery.Attempt?] = []

    init(_ endpoint: RedisEndpoint) { self.endpoint = endpoint }

    mutating func append(_ command: RedisCommand, for attempt: Delivery.Attempt) {
        if attempt.isAsking { append(extra: RedisCommand("ASKING", slot: nil)) }
        commands.append(command)
        attempts.append(attempt)
    }

    mutating func append(extra command: RedisCommand) {
        commands.append(command)
        attempts.append(nil)
    }
}
