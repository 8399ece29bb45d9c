import ServiceRuntime
import Shared

/// `place`: a market order. Its margin is reserved and its provider is asked, in one step.
enum Place {
    static let fields = OrderWish.fields

    static func decide(_ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        let wish = try OrderWish(fields, types: [.buy, .sell])
        // What the client saw; it is passed on and binds nobody.
        let seen: Price? = try fields.optionalPositive("order_price")
        let order = try order(PlacementChecks(it, wish), seen: seen)
        var sent = order
        sent.price = seen ?? order.price
        let message = ProviderMessage.place(
            sent, request: it.command.requestID, at: it.context.now)
        var details = it.details(wish.initiator)
        details["requested_price"] = seen?.text
        return Transition(
            .orderPlaced, it.command.eventID, order: order, newIDs: [LifecycleID(order.id)],
            sends: [message], answer: it.accepted(order: order.id), details: details)
    }

    /// Both flows reserve what a fill at the market would book now (domain §5: half spread on
    /// top), or at the price asked for where that is dearer: a fill is always booked, so less must
    /// not be reserved, and a price asked for far below the market must not make margin cheap.
    private static func order(_ checks: PlacementChecks, seen: Price?) throws -> Order {
        let side = checks.wish.type.side
        let market = PriceRules.houseFill(side: side, price: checks.market)
        let price = max(seen ?? market, market)
        let fill = try fillPrice(side, price, checks.terms)
        try checks.wish.legs.check(
            side, checks.terms,
            against: SideChecks.closing(side, checks.terms, at: checks.market))
        let size = try checks.size(at: fill)
        try checks.checkFree(size.margin)
        var order = try checks.order(.queued, price: price, size)
        order.money.reservedMargin = size.margin
        return order
    }

    private static func fillPrice(
        _ side: Side, _ price: Price, _ terms: InstrumentTerms
    ) throws(Refusal) -> Price {
        let fill: Price
        do throws(NumberError) {
            fill = try PriceRules.fillPrice(side: side, avgpx: price, halfSpread: terms.halfSpread)
        } catch {
            throw Refusal(.outOfRange, "order_price")
        }
        guard fill.isPositive else { throw Refusal(.noPrice, "the half spread exceeds it") }
        return fill
    }
}
