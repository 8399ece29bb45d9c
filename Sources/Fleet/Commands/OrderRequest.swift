import RedisDriver
import ServiceRuntime
import Shared

/// One command about an order, and how its result is known.
struct OrderRequest {
    static let wait = Option("wait", nil, "wait for the result too, and print the order")
    static let positionals = [CommonOptions.account, Positional("order", "its order id")]
    static let optionsWithoutWait = [
        Option("initiator", "who", "USER (default), ADMIN, AUTOCUTOFF or COPY"),
        CommonOptions.requestID, CommonOptions.timeout,
    ]
    static let options = [wait] + optionsWithoutWait

    private let command: OutgoingCommand
    private let isAnswered: (Order) -> Bool
    private let isDone: (Order) -> Bool

    /// - Parameters:
    ///   - isAnswered: whether the provider has answered, as the order stands; the order's end
    ///     answers everything.
    ///   - isDone: whether that was what had been asked for. If not, the command fails.
    init(
        _ command: OutgoingCommand, isAnswered: @escaping (Order) -> Bool,
        isDone: @escaping (Order) -> Bool
    ) {
        self.command = command
        self.isAnswered = isAnswered
        self.isDone = isDone
    }

    /// Sends the command and prints its answer; with `--wait` the order too, once its provider has
    /// answered.
    func ask(_ invocation: Invocation, _ context: Context) throws -> Report {
        let watch = try OrderWatch(
            context.redis(), account: command.account,
            partitions: context.topology().partitions, timeout: invocation.timeout())
        let answer = try context.commandClient(invocation).ask(command)
        var report = Report(answer, to: command)
        if invocation.has(Self.wait.name), answer.isAccepted, let id = answer.order {
            let order = try watch.wait(for: OrderKey(command.account, id), until: isAnswered)
            report.facts(OrderViews.facts(of: order.fields), under: "order")
            if !isDone(order) { report.fail() }
        }
        return report
    }
}

extension Invocation {
    /// The order that stands behind the account.
    func order() throws -> OrderID { try word(1, "order") { try OrderID($0) } }

    func initiator() throws -> Initiator {
        try option("initiator") { try Initiator(text: $0) } ?? .user
    }
}
