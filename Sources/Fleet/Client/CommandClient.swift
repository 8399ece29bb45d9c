import RedisDriver
import ServiceRuntime
import Shared

/// An answer and the command that it answers.
struct AnsweredCommand: Sendable, Equatable {
    let command: OutgoingCommand
    let result: CommandResult
}

/// Sends commands and gets their answers, many at a time.
///
/// A command whose sending or answer is lost is sent again under its own request id: the same id
/// gets the same answer and changes nothing twice.
final class CommandClient {
    private let redis: RedisClient
    private let partitions: Int
    private let timeout: Duration
    private var channel: AnswerChannel
    private var waiting: [String: Waiting] = [:]
    private var lastLook = MonotonicTime.now()

    /// How long an announcement may be missing before the key is looked at.
    private static let grace: Duration = .milliseconds(200)
    /// How long a command may stay silent before it is sent again; twice as long each time, so that a
    /// queue that is merely long does not grow from it.
    private static let patience: Duration = .seconds(3)
    /// Read at a time from keys, so that one reply stays small.
    private static let pageSize = 1_000

    private struct Waiting {
        let command: OutgoingCommand
        let sentAt: MonotonicTime
        let deadline: MonotonicTime
        var sendsAgainAt: MonotonicTime
        var patience = CommandClient.patience
    }

    /// - Parameter timeout: how long one answer may take.
    init(_ redis: RedisClient, partitions: Int, timeout: Duration) throws {
        self.redis = redis
        self.partitions = partitions
        self.timeout = timeout
        channel = try AnswerChannel(redis)
    }

    /// Commands that have no answer yet.
    var inFlight: Int { waiting.count }

    /// Puts commands into their queues in one round trip. No request id may be in flight already.
    func send(_ commands: [OutgoingCommand]) throws {
        let now = MonotonicTime.now()
        for command in commands {
            let name = Self.name(of: command)
            precondition(waiting[name] == nil, "\(name) is in flight")
            waiting[name] = Waiting(
                command: command, sentAt: now, deadline: now.advanced(by: timeout),
                sendsAgainAt: now.advanced(by: Self.patience))
        }
        try append(commands)
    }

    /// Answers that have come; waits for the first one, at most so long.
    ///
    /// - Throws: when a command has had no answer for the client's time-out.
    func collect(within wait: Duration) throws -> [AnsweredCommand] {
        guard !waiting.isEmpty else { return [] }
        // Whoever repeats a publication announces again.
        let names = Set(channel.announced(within: wait)).filter { waiting[$0] != nil }
        var answers = try read(Array(names))
        let now = MonotonicTime.now()
        if now.since(lastLook) >= Self.grace {
            lastLook = now
            answers += try read(overdue(at: now))
            try giveUp(at: now)
            try sendAgain(at: now)
        }
        return answers
    }

    /// Sends one command and waits for its answer.
    func ask(_ command: OutgoingCommand) throws -> CommandResult {
        try ask([command], window: 1)[0].result
    }

    /// Sends commands, at most `window` of them without an answer, and returns them with their
    /// answers, in order.
    ///
    /// - Parameter progress: gets the number of answers so far.
    func ask(
        _ commands: [OutgoingCommand], window: Int, progress: (Int) -> Void = { _ in }
    ) throws -> [AnsweredCommand] {
        var answers: [String: CommandResult] = [:]
        var next = 0
        while answers.count < commands.count {
            let room = min(window - inFlight, commands.count - next)
            if room > 0 {
                try send(Array(commands[next..<next + room]))
                next += room
            }
            for answer in try collect(within: Self.grace) {
                answers[Self.name(of: answer.command)] = answer.result
            }
            progress(answers.count)
        }
        return try commands.map { command in
            guard let result = answers[Self.name(of: command)] else {
                throw Failure("\(command.request) stands there twice")
            }
            return AnsweredCommand(command: command, result: result)
        }
    }
}

extension CommandClient {
    /// As announcements name a command.
    private static func name(of command: OutgoingCommand) -> String {
        command.account.tag + " " + command.request.text
    }

    private func append(_ commands: [OutgoingCommand]) throws {
        let entries = commands.map { command in
            let lane = LaneID(queue: .orders, command.account.partition(of: partitions))
            return (key: lane.stream, fields: command.fields)
        }
        for case .failure(let error) in redis.append(entries) {
            // What may have been sent counts as sent; it is sent again when it stays silent.
            guard error.code == .unavailable else { throw error }
        }
    }

    private func read(_ names: [String]) throws -> [AnsweredCommand] {
        var answers: [AnsweredCommand] = []
        for start in stride(from: 0, to: names.count, by: Self.pageSize) {
            let page = names[start..<min(start + Self.pageSize, names.count)]
                .compactMap { waiting[$0]?.command }
            let hashes: [Fields]
            do {
                hashes = try redis.fields(of: page.map { $0.account.orderResult($0.request) })
            } catch let error as RedisError where error.code == .unavailable {
                continue
            }
            for (command, fields) in zip(page, hashes) where !fields.isEmpty {
                waiting[Self.name(of: command)] = nil
                answers.append(
                    AnsweredCommand(
                        command: command, result: try command.answer(in: CommandResult(fields))))
            }
        }
        return answers
    }

    private func overdue(at now: MonotonicTime) -> [String] {
        waiting.filter { now.since($0.value.sentAt) >= Self.grace }.map(\.key)
    }

    /// Sends what stays silent once more: a server that died may have lost the command, or never got
    /// it.
    private func sendAgain(at now: MonotonicTime) throws {
        var silent: [OutgoingCommand] = []
        for (name, command) in waiting where now >= command.sendsAgainAt {
            let patience = command.patience + command.patience
            waiting[name]?.patience = patience
            waiting[name]?.sendsAgainAt = now.advanced(by: patience)
            silent.append(command.command)
        }
        if !silent.isEmpty { try append(silent) }
    }

    /// Ends the waiting for what stays silent, with what to look at.
    private func giveUp(at now: MonotonicTime) throws {
        guard let silent = waiting.values.first(where: { now >= $0.deadline }) else { return }
        let queue = LaneID(queue: .orders, silent.command.account.partition(of: partitions))
        throw Failure(
            "no answer to \(silent.command.request) of \(silent.command.account) within "
                + "\(timeout.components.seconds) s: is order-entry running? It lies in "
                + "\(queue.stream.text); the same --request-id asks again and changes nothing twice"
        )
    }
}
