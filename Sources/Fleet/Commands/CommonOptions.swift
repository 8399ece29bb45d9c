import ServiceRuntime
import Shared

/// Options that several commands share, and how they are read.
enum CommonOptions {
    static let timeout = Option(
        "timeout", "seconds", "how long one answer may take (default 30)")
    static let patience = Option(
        "timeout", "seconds", "how long to wait until all processes say so (default 5); then exit 1"
    )
    static let requestID = Option(
        "request-id", "id",
        "the same id again gets the same answer and changes nothing (default: new)")
    static let migrations = Option(
        "folder", "path", "where the .sql files are (default deploy/postgres/migrations)")

    static let account = Positional("account", "<user_type>:<id>, such as live:42")
    static let amount = Positional("amount", "dollars, above zero")
}

extension Invocation {
    func timeout() throws -> Duration {
        .seconds(try integer(CommonOptions.timeout.name, in: 1...3_600) ?? 30)
    }

    func patience() throws -> Duration {
        .seconds(try integer(CommonOptions.patience.name, in: 0...3_600) ?? 5)
    }

    func requestID() throws -> RequestID {
        try option(CommonOptions.requestID.name) { try RequestID($0) } ?? FreshRequest.id()
    }

    func account(_ index: Int = 0) throws -> AccountID {
        try word(index, CommonOptions.account.name) { try AccountID(tag: $0) }
    }

    func amount(_ index: Int) throws -> Money {
        try word(index, CommonOptions.amount.name) { text in
            let amount = try Money(text)
            guard amount.isPositive else { throw Failure("must be above zero") }
            return amount
        }
    }

    var migrationFolder: String {
        option(CommonOptions.migrations.name) ?? "deploy/postgres/migrations"
    }
}

extension Context {
    /// A client for commands, as long as its invocation asks it to wait.
    func commandClient(_ invocation: Invocation) throws -> CommandClient {
        try CommandClient(
            redis(), partitions: topology().partitions, timeout: invocation.timeout())
    }
}

extension Report {
    /// An answer as it came; a refusal makes the command fail.
    init(_ answer: CommandResult, to command: OutgoingCommand) {
        self.init()
        self.answer(answer, to: command)
    }

    mutating func answer(_ answer: CommandResult, to command: OutgoingCommand) {
        var facts: [JSONValue.Member] = [
            .init("status", answer.isAccepted ? "accepted" : "refused"),
            .init("account", .string(command.account.tag)),
            .init("request_id", .string(command.request.text)),
        ]
        if let reason = answer.reason { facts.append(.init("reason", .string(reason))) }
        if let order = answer.order { facts.append(.init("order_id", .string(order.text))) }
        if let id = answer.lifecycleID { facts.append(.init("lifecycle_id", .string(id.text))) }
        facts.append(.init("ts", JSONValue(answer.timestamp)))
        self.facts(facts)
        if !answer.isAccepted { fail() }
    }
}
