import RedisDriver
import ServiceRuntime
import Shared

/// `fleet order place` and `close`.
enum OrderCommands {
    private static let wait = Option("wait", nil, "wait for the result too, and print the order")

    static let place = CommandSpec(
        path: ["order", "place"], summary: "place an order",
        positionals: [
            CommonOptions.account, Positional("symbol", "such as EURUSD"),
            Positional("type", "BUY or SELL; BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP"),
            Positional("lots", "such as 0.01"),
        ],
        options: [
            Option("price", "price", "what a pending order waits for"), wait,
            CommonOptions.requestID, CommonOptions.timeout,
        ],
        examples: [
            "fleet order place demo:1 EURUSD BUY 0.1 --wait",
            "fleet order place live:42 US30 SELL 0.2 --request-id desk-7",
        ],
        run: { try place($0, $1) })

    static let close = CommandSpec(
        path: ["order", "close"], summary: "close a position",
        positionals: [CommonOptions.account, Positional("order", "its order id")],
        options: [
            Option("initiator", "who", "USER (default), ADMIN, AUTOCUTOFF or COPY"), wait,
            CommonOptions.requestID, CommonOptions.timeout,
        ],
        examples: ["fleet order close demo:1 8412349871234 --wait"],
        run: { try close($0, $1) })

    private static func place(_ invocation: Invocation, _ context: Context) throws -> Report {
        let type = try invocation.word(2, "type") { try OrderType(text: $0) }
        let price = try invocation.option("price") { try Price($0) }
        if type.isPending, price == nil { throw invocation.fail("\(type.rawValue) needs --price") }
        let command = OutgoingCommand.place(
            try invocation.account(), try invocation.word(1, "symbol") { try Symbol($0) }, type,
            try invocation.word(3, "lots") { try Quantity($0) }, price: price,
            request: try invocation.requestID())
        return try ask(command, type.isPending ? [.pending, .open] : [.open], invocation, context)
    }

    private static func close(_ invocation: Invocation, _ context: Context) throws -> Report {
        let command = OutgoingCommand.close(
            try invocation.word(1, "order") { try OrderID($0) }, of: try invocation.account(),
            initiator: try invocation.option("initiator") { try Initiator(text: $0) } ?? .user,
            request: try invocation.requestID())
        return try ask(command, [.closed], invocation, context)
    }

    /// - Parameter results: the states that `--wait` waits for.
    private static func ask(
        _ command: OutgoingCommand, _ results: Set<OrderState>, _ invocation: Invocation,
        _ context: Context
    ) throws -> Report {
        let watch = try OrderWatch(
            context.redis(), account: command.account,
            partitions: context.topology().partitions, timeout: invocation.timeout())
        let answer = try context.commandClient(invocation).ask(command)
        var report = Report(answer, to: command)
        if invocation.has("wait"), answer.isAccepted, let id = answer.order {
            let order = try watch.wait(for: OrderKey(command.account, id), results)
            report.facts(OrderViews.facts(of: order.fields), under: "order")
            if !results.contains(order.state) { report.fail() }
        }
        return report
    }
}
