import ServiceRuntime
import Shared

/// Books what a provider confirms of a resting order: that it rests, and that it rests changed
/// (domain §3).
struct PendingHandler: OrderEventHandler {
    var role: Role { .pending }

    func step(_ it: EventCase) throws -> Outcome {
        var order = it.order
        if it.message.event == .modifyConfirmed {
            try order.takeModification()
            order.modifiedByArrival = it.message.arrival
        }
        // A provider that modifies by cancel and replace: what was cancelled rests again.
        order.cancelledByArrival = nil
        if it.verdict == .to(.pending) {
            order.state = .pending
            order.stateBefore = nil
        } else {
            // A cancel is in flight; should it be refused, the order rests.
            order.state = .cancelling
            order.stateBefore = .pending
            order.requests.requestedAt = order.requests.requestedAt ?? it.context.now
        }
        return it.apply(.orderPendingConfirmed, order)
    }
}
