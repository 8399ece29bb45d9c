import ServiceRuntime
import Shared

/// `modify`: another price, another quantity, or both, for an order that rests. They are kept beside
/// those that stand until the provider has confirmed them (domain §3).
enum Modify {
    static let fields: Set<String> = ["order_id", "order_price", "order_quantity", "initiator"]

    /// What the order is to be.
    private struct Wish {
        let order: OrderID
        let price: Price?
        let quantity: Quantity?
        let initiator: Initiator?

        init(_ fields: CommandFields) throws(Refusal) {
            order = try fields.orderID()
            price = try fields.optionalPositive("order_price")
            quantity = try fields.optionalPositive("order_quantity")
            initiator = try fields.initiator()
            guard price != nil || quantity != nil else {
                throw Refusal(.missingField, "order_price or order_quantity")
            }
        }
    }

    static func decide(_ it: CommandCase) throws -> Transition {
        let wish = try Wish(it.fields(own: fields))
        try it.checkRoom()
        _ = try it.trading()
        let before = try OrderLookup.order(wish.order, of: it.account)
        var order = before
        order.state = try before.state(after: .modify)
        order.stateBefore = before.state
        let size = try check(wish, before, it)
        let modifyID = try order.request(.modify, by: it)
        order.requests.modifyID = modifyID
        order.requests.modifyPrice = wish.price
        order.requests.modifyQuantity = wish.quantity
        let sent = try SentPrice.pending(
            wish.price ?? order.price, order.side, order.terms)
        let message = ProviderMessage.modify(
            order, id: modifyID, price: sent, quantity: wish.quantity ?? order.quantity,
            contractValue: size.contractValue, request: it.command.requestID,
            at: it.context.now)
        var details = it.details(wish.initiator)
        details.append("sent_price", sent.text)
        return Transition(
            .orderModifyRequested, it.command.eventID, order: order, newIDs: [modifyID],
            sends: [message], answer: it.accepted(order: order.id, lifecycleID: modifyID),
            details: details)
    }

    /// The checks of a new order as far as they are about what changes, on the order's own terms.
    /// Legs that wait in the order must be right for the new price too.
    private static func check(
        _ wish: Wish, _ order: Order, _ it: CommandCase
    ) throws(Refusal) -> OrderSize {
        if let quantity = wish.quantity { try order.terms.check(quantity) }
        if let price = wish.price {
            let market = try it.market(of: order.symbol)
            _ = try SentPrice.pending(price, order.side, order.terms)
            try SideChecks.pending(order.type, at: price, order.terms, market: market)
            try LegPrices(of: order).check(order.side, order.terms, against: price)
        }
        return try OrderSize(
            order.terms, leverage: order.placement.leverage,
            quantity: wish.quantity ?? order.quantity, price: wish.price ?? order.price,
            at: it.context.prices)
    }
}
