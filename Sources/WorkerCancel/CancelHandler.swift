import ServiceRuntime
import Shared

/// Books cancels: of a resting order, asked for or not, and of a position's legs (domain §3).
struct CancelHandler: OrderEventHandler {
    var role: Role { .cancel }

    func step(_ it: EventCase) throws -> Outcome {
        var order = it.order
        switch it.message.event.leg {
        case .stopLoss?:
            order.legCancelled(.stopLoss)
            return it.apply(.orderStopLossCancel, order)
        case .takeProfit?:
            order.legCancelled(.takeProfit)
            return it.apply(.orderTakeProfitCancel, order)
        case nil:
            end(&order, it.message)
            return it.apply(
                .orderPendingCancel, order, details: reason(it.message))
        }
    }

    /// Prices of waiting legs stay on the order: a late fill places them.
    private func end(_ order: inout Order, _ message: OrderMessage) {
        let mayBeReplaced = isHalfOfReplacement(order, message)
        order.state = .cancelled
        order.cancelledByArrival = message.arrival
        order.stateBefore = mayBeReplaced ? .modifying : nil
        // What a replacement takes over, and the id of a cancel that will be answered yet.
        if !mayBeReplaced { order.endRequests() }
    }

    /// Whether a provider that modifies by cancel and replace may have cancelled the order for its
    /// change. What is cancelled under the id of our own cancel is gone for good, also where the
    /// first half of the replacement has cancelled it before and the second is still to be booked.
    private func isHalfOfReplacement(_ order: Order, _ message: OrderMessage) -> Bool {
        guard message.idKind != .cancel else { return false }
        return order.state == .modifying || order.stateBefore == .modifying
    }

    private func reason(_ message: OrderMessage) -> Fields {
        var details = Fields()
        details["reason"] = message.reason
        return details
    }
}
