import ServiceRuntime
import Shared

/// `fleet order set-stop-loss`, `set-take-profit`, `cancel-stop-loss`, `cancel-take-profit`.
enum LegCommands {
    static let setStopLoss = set(.stopLoss, "set-stop-loss", "limit what a position can lose")
    static let setTakeProfit = set(.takeProfit, "set-take-profit", "take what a position has won")
    static let cancelStopLoss = cancel(
        .stopLoss, "cancel-stop-loss", "take back a stop loss")
    static let cancelTakeProfit = cancel(
        .takeProfit, "cancel-take-profit", "take back a take profit")

    private static func set(_ leg: Leg, _ name: String, _ summary: String) -> CommandSpec {
        CommandSpec(
            path: ["order", name], summary: summary,
            positionals: OrderRequest.positionals + [
                Positional("price", "where the position closes")
            ],
            options: OrderRequest.options,
            notes: [
                "An order that rests keeps the price until it fills, and a new one replaces it. A "
                    + "position has one of each: cancel it before you set another."
            ],
            examples: ["fleet order \(name) demo:1 8412349871234 1.05 --wait"],
            run: { try set(leg, $0, $1) })
    }

    private static func cancel(_ leg: Leg, _ name: String, _ summary: String) -> CommandSpec {
        CommandSpec(
            path: ["order", name], summary: summary, positionals: OrderRequest.positionals,
            options: OrderRequest.options,
            notes: ["Of an order that rests it forgets the price that waits for the fill."],
            examples: ["fleet order \(name) demo:1 8412349871234 --wait"],
            run: { try cancel(leg, $0, $1) })
    }

    private static func set(
        _ leg: Leg, _ invocation: Invocation, _ context: Context
    ) throws -> Report {
        let price = try invocation.word(2, "price") { try Price($0) }
        let command = OutgoingCommand.set(
            leg, at: price, on: try invocation.order(), of: try invocation.account(),
            initiator: try invocation.initiator(), request: try invocation.requestID())
        return try OrderRequest(
            command, isAnswered: { $0[leg].state != .placing },
            isDone: { order in
                // What a resting order keeps was asked of nobody.
                order[leg].state == .active || (order.state.isResting && order[leg].price == price)
            }
        ).ask(invocation, context)
    }

    private static func cancel(
        _ leg: Leg, _ invocation: Invocation, _ context: Context
    ) throws -> Report {
        let command = OutgoingCommand.cancel(
            leg, on: try invocation.order(), of: try invocation.account(),
            initiator: try invocation.initiator(), request: try invocation.requestID())
        return try OrderRequest(
            command, isAnswered: { $0[leg].state != .cancelling },
            isDone: { !$0.state.isTerminal && $0[leg].state == .none }
        ).ask(invocation, context)
    }
}
