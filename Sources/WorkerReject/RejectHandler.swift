import ServiceRuntime
import Shared

/// Books refusals: a refused placement ends the order and frees its margin, a refused close gives
/// the position back (domain §3).
struct RejectHandler: MessageHandler {
    typealias Message = OrderMessage

    var role: Role { .reject }
    var numbersPerMessage: Int { 0 }

    func needs(_ message: OrderMessage, on account: Account) -> Needs {
        guard case .kept(let order)? = account.orders[message.key.order] else { return Needs() }
        return Needs(of: order)
    }

    func decide(
        _ message: OrderMessage, on account: Account, in context: DecisionContext
    ) throws -> Outcome {
        switch try Decision(message, on: account) {
        case .ends(let outcome): return outcome
        case .applies(let verdict, let order):
            if verdict == .to(.rejected) { return .apply(refuse(order, message)) }
            if verdict == .to(.open) { return .apply(reopen(order, message)) }
            return .dead(.notServed)
        }
    }

    private func refuse(_ before: Order, _ message: OrderMessage) -> Transition {
        var order = before
        order.state = .rejected
        order.stateBefore = nil
        order.rejectReason =
            message.reason
            ?? (message.status == .cancelled ? "cancelled_by_provider" : "rejected_by_provider")
        let released = order.money.reservedMargin
        order.money.reservedMargin = nil
        order.money.margin = nil
        order.requests.requestedAt = nil
        order.note(message)
        return Transition(
            .orderRejected, message.eventID, order: order,
            details: details(message, "ORDER_PLACEMENT", released))
    }

    private func reopen(_ before: Order, _ message: OrderMessage) -> Transition {
        var order = before
        order.state = .open
        order.requests.closeID = nil
        order.requests.closeInitiator = nil
        order.requests.requestedAt = nil
        order.note(message)
        return Transition(
            .orderRejectionRecord, message.eventID, order: order,
            details: details(message, "ORDER_CLOSE", nil))
    }

    /// The reference's fields of a rejection.
    private func details(
        _ message: OrderMessage, _ type: String, _ released: Money?
    ) -> Fields {
        var details = message.details
        details.append("rejection_type", type)
        details.append("provider_order_id", message.reportID.text)
        details["margin_released"] = released?.text
        details["reason"] = message.reason
        return details
    }
}
