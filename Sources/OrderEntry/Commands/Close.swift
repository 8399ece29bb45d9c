import ServiceRuntime
import Shared

/// `close`: the position's provider is asked to close it, under an id of the request's own. Neither
/// market hours nor a missing price refuse it: who closes lowers the risk.
enum Close {
    static let fields: Set<String> = ["order_id", "initiator"]

    static func decide(_ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        let id = try fields.orderID()
        let initiator = try fields.initiator() ?? .user
        _ = try it.existing()
        var order = try OrderLookup.order(id, of: it.account)
        order.state = try order.state(after: .close)
        let closeID = try order.request(.close, by: it)
        order.requests.closeID = closeID
        order.requests.closeInitiator = initiator
        let message = ProviderMessage.close(
            order, id: closeID, price: bestPrice(for: order, at: it.context.prices),
            request: it.command.requestID, at: it.context.now)
        return Transition(
            .orderCloseIDUpdate, it.command.eventID, order: order, newIDs: [closeID],
            sends: [message], answer: it.accepted(order: id, lifecycleID: closeID),
            details: Fields(["close_id": closeID.text]))
    }

    /// What the market would pay now; it is only shown to the provider, which decides.
    private static func bestPrice(for order: Order, at prices: Prices) -> Price? {
        prices[order.symbol].map { PriceRules.houseClose(side: order.side, price: $0) }
    }
}
