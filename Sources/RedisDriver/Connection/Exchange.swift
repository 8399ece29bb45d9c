import Glibc

/// One connection's part of a round trip: the commands that go out and the replies that come back,
/// advanced whenever the socket is ready.
final class Exchange {
    private let connection: RedisConnection
    private let wire: Wire
    private let commands: [RedisCommand]
    private let silence: Duration

    private var output: [UInt8]
    private var sent = 0
    /// The peer takes no more bytes, but answers that it gave before may still be on their way.
    private var writeFailure: RedisError?
    private(set) var replies: [Result<Reply, RedisError>] = []
    /// When this exchange fails unless something moves before.
    private(set) var deadline: ContinuousClock.Instant

    /// - Parameters:
    ///   - commands: each script among them has a digest (`RedisConnection.scriptsToLoad`).
    ///   - silence: how long nothing may move.
    init(_ connection: RedisConnection, _ wire: Wire, _ commands: [RedisCommand], silence: Duration)
    {
        self.connection = connection
        self.wire = wire
        self.commands = commands
        self.silence = silence
        output = connection.takeBuffer()
        output.reserveCapacity(commands.reduce(0) { $0 + $1.encodedSize })
        for command in commands {
            command.encode(into: &output, digest: command.script?.digest ?? [])
        }
        replies.reserveCapacity(commands.count)
        deadline = ContinuousClock.now + silence
    }

    /// Shows the bytes to the connection's tap. Not done for logins.
    func show() {
        guard let tap = connection.tap, !commands.isEmpty else { return }
        output.withUnsafeBytes { tap($0, commands.count) }
    }

    var isFinished: Bool { replies.count == commands.count }

    /// What to wait for, in terms of `poll`.
    var interest: pollfd {
        let writing = sent < output.count && writeFailure == nil
        let events = writing ? POLLIN | POLLOUT : POLLIN
        return pollfd(fd: wire.descriptor, events: Int16(events), revents: 0)
    }

    /// The operation that the next reply answers.
    private var operation: String { commands[replies.count].operation }

    /// Sends what the socket takes.
    func write() {
        while sent < output.count, writeFailure == nil, !isFinished {
            let taken = output.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
                return wire.send(rest, operation: operation)
            }
            switch taken {
            case .success(0): return
            case .success(let count):
                sent += count
                deadline = ContinuousClock.now + silence
            case .failure(let error): writeFailure = error
            }
        }
    }

    /// Takes in what has arrived, and the replies in it.
    func read() {
        do throws(RedisError) {
            guard try wire.receive(operation: operation) else { return }
            deadline = ContinuousClock.now + silence
            while !isFinished, let reply = try wire.nextReply(operation: operation) {
                replies.append(outcome(of: reply))
            }
        } catch {
            fail(writeFailure ?? error)
        }
    }

    private func outcome(of reply: Reply) -> Result<Reply, RedisError> {
        guard case .error(let error) = reply else { return .success(reply) }
        return .failure(RedisError(error, operation: operation))
    }

    func timeOut() {
        fail(
            RedisError(
                .timedOut, operation: operation, detail: "no answer from \(connection.endpoint)"))
    }

    /// The replies read so far stand; the rest have none, and the connection cannot be used again.
    private func fail(_ error: RedisError) {
        for command in commands[replies.count...] {
            replies.append(.failure(error.told(of: command.operation, mayHaveRun: sent > 0)))
        }
        connection.close()
    }

    /// Gives the buffer back. Called once, when finished.
    func finish() {
        connection.returnBuffer(output)
        output = []
    }
}

extension Exchange {
    /// One round trip on all connections at once: every request is written before a reply is
    /// awaited, and a silent server delays the others by nothing.
    static func run(_ exchanges: [Exchange]) {
        for exchange in exchanges { exchange.write() }
        var active = exchanges.filter { !$0.isFinished }
        while !active.isEmpty {
            advance(active)
            active.removeAll(where: \.isFinished)
        }
        for exchange in exchanges { exchange.finish() }
    }

    private static func advance(_ active: [Exchange]) {
        var interests = active.map(\.interest)
        let next = active.reduce(active[0].deadline) { min($0, $1.deadline) }
        let rest = ContinuousClock.now.duration(to: next)
        let ready = poll(&interests, nfds_t(interests.count), rest.pollTimeout)
        let now = ContinuousClock.now
        for (exchange, interest) in zip(active, interests) {
            let events = ready > 0 ? Int32(interest.revents) : 0
            // Errors and hang-ups are found by reading: what came before them is still there.
            if events & ~POLLOUT != 0 { exchange.read() }
            if events & POLLOUT != 0 { exchange.write() }
            if !exchange.isFinished, exchange.deadline <= now { exchange.timeOut() }
        }
    }
}
