import ServiceRuntime
import Shared

/// `place_pending`: an order that rests at its provider until the market reaches its price. It ties
/// up no margin; whether the account can carry it is asked when it fills (domain §6).
enum PlacePending {
    static let fields = OrderWish.fields

    static func decide(_ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        let wish = try OrderWish(fields, types: OrderType.allCases.filter(\.isPending))
        let price: Price = try fields.positive("order_price")
        let checks = try PlacementChecks(it, wish)
        let side = wish.type.side
        let sent = try SentPrice.pending(price, side, checks.terms)
        try SideChecks.pending(wish.type, at: price, checks.terms, market: checks.market)
        try wish.legs.check(side, checks.terms, against: price)
        let order = try checks.order(.pendingQueued, price: price, checks.size(at: price))
        var details = it.details(wish.initiator)
        details.append("sent_price", sent.text)
        return Transition(
            .orderPendingPlaced, it.command.eventID, order: order,
            newIDs: [LifecycleID(order.id)],
            sends: [
                .placePending(
                    order, price: sent, request: it.command.requestID, at: it.context.now)
            ],
            answer: it.accepted(order: order.id), details: details)
    }
}
