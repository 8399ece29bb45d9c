import ServiceRuntime
import Shared

/// `cancel`: the provider is asked to take a resting order back, also one that it has not confirmed
/// yet or is being asked to change. Nothing but the order's state refuses it.
enum Cancel {
    static let fields: Set<String> = ["order_id", "initiator"]

    static func decide(_ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        let id = try fields.orderID()
        let initiator = try fields.initiator()
        _ = try it.existing()
        let before = try OrderLookup.order(id, of: it.account)
        var order = before
        order.state = try before.state(after: .cancel)
        // A refused cancel returns here, and what was in flight before is still in flight.
        order.stateBefore = before.state
        let cancelID = try order.request(.cancel, by: it)
        order.requests.cancelID = cancelID
        let message = ProviderMessage.cancel(
            order, id: cancelID, request: it.command.requestID, at: it.context.now)
        return Transition(
            .orderCancelRequested, it.command.eventID, order: order, newIDs: [cancelID],
            sends: [message], answer: it.accepted(order: id, lifecycleID: cancelID),
            details: it.details(initiator))
    }
}
