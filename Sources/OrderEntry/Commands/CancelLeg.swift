import ServiceRuntime
import Shared

/// `cancel_stop_loss` and `cancel_take_profit`. On a position the provider is asked to take its leg
/// back; on a resting order the price that was kept for the fill is forgotten, which nobody else has
/// to be asked for.
enum CancelLeg {
    static let fields: Set<String> = ["order_id", "initiator"]

    static func decide(_ leg: Leg, _ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        let id = try fields.orderID()
        let details = it.details(try fields.initiator())
        _ = try it.existing()
        let order = try OrderLookup.order(id, of: it.account)
        switch CommandTable.verdict(command(leg), in: order.state) {
        case .keep: return try forget(leg, of: order, it, details)
        case .byLeg: return try cancel(leg, of: order, it, details)
        case .to, .refused: throw Refusal(.state, order.state.rawValue)
        }
    }

    private static func forget(
        _ leg: Leg, of before: Order, _ it: CommandCase, _ details: Fields
    ) throws(Refusal) -> Transition {
        guard before[leg].price != nil else { throw refusal(leg, of: before) }
        var order = before
        order[leg].price = nil
        return Transition(
            leg == .stopLoss ? .orderStopLossCancel : .orderTakeProfitCancel,
            it.command.eventID, order: order, answer: it.accepted(order: order.id),
            details: details)
    }

    private static func cancel(
        _ leg: Leg, of before: Order, _ it: CommandCase, _ details: Fields
    ) throws -> Transition {
        guard CommandTable.legVerdict(command(leg), in: before[leg].state) == .cancelling else {
            throw refusal(leg, of: before)
        }
        var order = before
        let message = order.requestLegCancel(
            leg, number: try it.number(), request: it.command.requestID, now: it.context.now)
        return Transition(
            leg == .stopLoss
                ? .orderStopLossCancelRequested : .orderTakeProfitCancelRequested,
            it.command.eventID, order: order, newIDs: [message.id], sends: [message],
            answer: it.accepted(order: order.id, lifecycleID: message.id), details: details)
    }

    /// The order allows it, but its leg is not one that can be cancelled.
    private static func refusal(_ leg: Leg, of order: Order) -> Refusal {
        Refusal(.state, "\(leg.rawValue) \(order[leg].state.rawValue)")
    }

    private static func command(_ leg: Leg) -> OrderCommandKind {
        leg == .stopLoss ? .cancelStopLoss : .cancelTakeProfit
    }
}
