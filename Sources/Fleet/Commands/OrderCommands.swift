import ServiceRuntime
import Shared

/// `fleet order place`, `close`, `modify`, `cancel`, `set-swap`.
enum OrderCommands {
    static let place = CommandSpec(
        path: ["order", "place"], summary: "place an order",
        positionals: [
            CommonOptions.account, Positional("symbol", "such as EURUSD"),
            Positional("type", "BUY or SELL; BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP"),
            Positional("lots", "such as 0.01"),
        ],
        options: [
            Option("price", "price", "what a pending order waits for"),
            Option("stop-loss", "price", "placed once the order is a position"),
            Option("take-profit", "price", "placed once the order is a position"),
            OrderRequest.wait, CommonOptions.requestID, CommonOptions.timeout,
        ],
        notes: [
            "A pending order's price lies beyond the market: below it for BUY_LIMIT and SELL_STOP, "
                + "above it for BUY_STOP and SELL_LIMIT. With --price a market order only says what "
                + "its client saw."
        ],
        examples: [
            "fleet order place demo:1 EURUSD BUY 0.1 --wait",
            "fleet order place live:42 US30 SELL 0.2 --request-id desk-7",
            "fleet order place demo:1 EURUSD BUY_LIMIT 0.1 --price 1.05 --stop-loss 1.04",
        ],
        run: { try place($0, $1) })

    static let close = CommandSpec(
        path: ["order", "close"], summary: "close a position",
        positionals: OrderRequest.positionals, options: OrderRequest.options,
        examples: ["fleet order close demo:1 8412349871234 --wait"],
        run: { try close($0, $1) })

    static let modify = CommandSpec(
        path: ["order", "modify"], summary: "change price or lots of a resting order",
        positionals: OrderRequest.positionals,
        options: [
            Option("price", "price", "what it waits for from now on"),
            Option("lots", "lots", "how many from now on"),
        ] + OrderRequest.options,
        examples: ["fleet order modify demo:1 8412349871234 --price 1.06 --wait"],
        run: { try modify($0, $1) })

    static let cancel = CommandSpec(
        path: ["order", "cancel"], summary: "take back a resting order",
        positionals: OrderRequest.positionals, options: OrderRequest.options,
        examples: ["fleet order cancel demo:1 8412349871234 --wait"],
        run: { try cancel($0, $1) })

    static let setSwap = CommandSpec(
        path: ["order", "set-swap"], summary: "set what a position's nights have earned or cost",
        positionals: OrderRequest.positionals + [
            Positional("swap", "dollars in all so far; below zero is a cost")
        ],
        options: OrderRequest.optionsWithoutWait,
        examples: ["fleet order set-swap live:42 8412349871234 -3.5"],
        run: { try setSwap($0, $1) })

    private static func place(_ invocation: Invocation, _ context: Context) throws -> Report {
        let type = try invocation.word(2, "type") { try OrderType(text: $0) }
        let price = try invocation.option("price") { try Price($0) }
        if type.isPending, price == nil { throw invocation.fail("\(type.rawValue) needs --price") }
        let command = OutgoingCommand.place(
            try invocation.account(), try invocation.word(1, "symbol") { try Symbol($0) }, type,
            try invocation.word(3, "lots") { try Quantity($0) }, price: price,
            stopLoss: try invocation.option("stop-loss") { try Price($0) },
            takeProfit: try invocation.option("take-profit") { try Price($0) },
            request: try invocation.requestID())
        let results: Set<OrderState> = type.isPending ? [.pending, .open] : [.open]
        return try OrderRequest(
            command, isAnswered: { results.contains($0.state) },
            isDone: { results.contains($0.state) }
        ).ask(invocation, context)
    }

    private static func close(_ invocation: Invocation, _ context: Context) throws -> Report {
        let command = OutgoingCommand.close(
            try invocation.order(), of: try invocation.account(),
            initiator: try invocation.initiator(), request: try invocation.requestID())
        return try OrderRequest(
            command, isAnswered: { $0.state != .closing }, isDone: { $0.state == .closed }
        ).ask(invocation, context)
    }

    private static func modify(_ invocation: Invocation, _ context: Context) throws -> Report {
        let price = try invocation.option("price") { try Price($0) }
        let lots = try invocation.option("lots") { try Quantity($0) }
        guard price != nil || lots != nil else {
            throw invocation.fail("--price or --lots is required")
        }
        let command = OutgoingCommand.modify(
            try invocation.order(), of: try invocation.account(), price: price, lots: lots,
            initiator: try invocation.initiator(), request: try invocation.requestID())
        return try OrderRequest(
            command, isAnswered: { $0.state != .modifying },
            isDone: { order in
                let stands = price == nil || price == order.price
                return order.state.isResting && stands && (lots == nil || lots == order.quantity)
            }
        ).ask(invocation, context)
    }

    private static func cancel(_ invocation: Invocation, _ context: Context) throws -> Report {
        let command = OutgoingCommand.cancel(
            try invocation.order(), of: try invocation.account(),
            initiator: try invocation.initiator(), request: try invocation.requestID())
        return try OrderRequest(
            command, isAnswered: { $0.state != .cancelling },
            isDone: { $0.state == .cancelled }
        ).ask(invocation, context)
    }

    private static func setSwap(_ invocation: Invocation, _ context: Context) throws -> Report {
        let command = OutgoingCommand.setSwap(
            try invocation.word(2, "swap") { try Money($0) }, on: try invocation.order(),
            of: try invocation.account(), initiator: try invocation.initiator(),
            request: try invocation.requestID())
        return try OrderRequest(command, isAnswered: { _ in true }, isDone: { _ in true })
            .ask(invocation, context)
    }
}
