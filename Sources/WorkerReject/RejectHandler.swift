import ServiceRuntime
import Shared

/// Books refusals. A refused placement ends the order and frees its margin; after any other refusal
/// the order or its leg stands as it did before the request (domain §3).
struct RejectHandler: OrderEventHandler {
    var role: Role { .reject }

    func step(_ it: EventCase) throws -> Outcome {
        guard let type = RejectionType(it.message.event) else { return .dead(.notServed) }
        var order = it.order
        switch type {
        case .orderPlacement: return refusePlacement(it)
        case .orderClose:
            order.state = .open
            order.requests.closeID = nil
            order.requests.closeInitiator = nil
        case .pendingModify:
            order.endModification()
            // A cancel that is in flight stays so; it returns to the order as it rests.
            if it.verdict == .keep { order.stateBefore = .pending } else { try order.restore() }
        case .pendingCancel:
            order.requests.cancelID = nil
            // What the provider has cancelled for a change stays so until the change's other half.
            if it.verdict != .keep { try order.restore() }
        case .stopLossAdd: order.legRefused(.stopLoss)
        case .takeProfitAdd: order.legRefused(.takeProfit)
        case .stopLossRemove: order.legCancelRefused(.stopLoss)
        case .takeProfitRemove: order.legCancelRefused(.takeProfit)
        }
        return it.apply(
            .orderRejectionRecord, order, details: it.rejection(type, reason: it.message.reason))
    }

    private func refusePlacement(_ it: EventCase) -> Outcome {
        var order = it.order
        order.state = .rejected
        order.stateBefore = nil
        // What a provider says of a cancel stays in `provider_reason`: the event is another one.
        order.rejectReason =
            it.message.status == .cancelled
            ? "cancelled_by_provider" : it.message.reason ?? "rejected_by_provider"
        order.money.reservedMargin = nil
        order.money.margin = nil
        order.endRequests()
        var details = it.rejection(.orderPlacement, reason: order.rejectReason)
        details["margin_released"] = it.order.money.reservedMargin?.text
        return it.apply(.orderRejected, order, details: details)
    }
}
