import ServiceRuntime
import Shared

/// `set_stop_loss` and `set_take_profit`. On a resting order the price is kept until the fill, and
/// replaces one that was kept before; on a position without that leg its provider is asked to place
/// it. It lowers the risk, so neither a full fleet nor a disabled account refuses it.
enum SetLeg {
    static func fields(_ leg: Leg) -> Set<String> { ["order_id", leg.rawValue, "initiator"] }

    static func decide(_ leg: Leg, _ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields(leg))
        let id = try fields.orderID()
        let level: Price = try fields.positive(leg.rawValue)
        let details = it.details(try fields.initiator())
        _ = try it.existing()
        let order = try OrderLookup.order(id, of: it.account)
        switch CommandTable.verdict(command(leg), in: order.state) {
        case .keep: return try keep(leg, at: level, on: order, it, details)
        case .byLeg: return try place(leg, at: level, on: order, it, details)
        case .to, .refused: throw Refusal(.state, order.state.rawValue)
        }
    }

    /// The leg must be right for every price at which the order may yet fill: also for one that the
    /// provider has not confirmed.
    private static func keep(
        _ leg: Leg, at level: Price, on before: Order, _ it: CommandCase, _ details: Fields
    ) throws(Refusal) -> Transition {
        _ = try SentPrice.leg(leg, at: level, before.side, before.terms)
        for price in before.prices {
            try SideChecks.leg(leg, at: level, of: before.side, against: price)
        }
        var order = before
        order[leg].price = level
        return Transition(
            event(leg), it.command.eventID, order: order, answer: it.accepted(order: order.id),
            details: details)
    }

    private static func place(
        _ leg: Leg, at level: Price, on before: Order, _ it: CommandCase, _ details: Fields
    ) throws -> Transition {
        guard CommandTable.legVerdict(command(leg), in: before[leg].state) == .placing else {
            throw Refusal(leg == .stopLoss ? .stopLossAlreadyExists : .takeProfitAlreadyExists)
        }
        let market = try it.market(of: before.symbol)
        let sent = try SentPrice.leg(leg, at: level, before.side, before.terms)
        try SideChecks.leg(
            leg, at: level, of: before.side,
            against: SideChecks.closing(before.side, before.terms, at: market))
        var order = before
        let message = try order.requestLeg(
            leg, at: level, number: it.number(), request: it.command.requestID,
            now: it.context.now)
        var details = details
        details.append(leg.rawValue + "_sent", sent.text)
        return Transition(
            event(leg), it.command.eventID, order: order, newIDs: [message.id], sends: [message],
            answer: it.accepted(order: order.id, lifecycleID: message.id), details: details)
    }

    private static func command(_ leg: Leg) -> OrderCommandKind {
        leg == .stopLoss ? .setStopLoss : .setTakeProfit
    }

    private static func event(_ leg: Leg) -> EventType {
        leg == .stopLoss ? .orderStopLossRequested : .orderTakeProfitRequested
    }
}

extension Order {
    /// The prices at which a resting order may fill: its own, and one that it was asked to change
    /// to while the answer is out.
    fileprivate var prices: [Price] {
        let isModifying =
            state == .modifying || (state == .cancelling && stateBefore == .modifying)
        guard isModifying, let wanted = requests.modifyPrice else { return [price] }
        return [price, wanted]
    }
}
