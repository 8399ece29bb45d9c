import ServiceRuntime
import Shared

/// `place`: a market order. Its margin is reserved and its provider is asked, in one step.
enum Place {
    static let fields: Set<String> = [
        "symbol", "order_type", "order_quantity", "order_price", "stop_loss", "take_profit",
        "initiator",
    ]

    /// What the command asks for.
    private struct Wish {
        let symbol: Symbol
        let type: OrderType
        let quantity: Quantity
        /// What the client saw; it is passed on and binds nobody.
        let price: Price?
        let initiator: Initiator?

        init(_ fields: CommandFields) throws(Refusal) {
            symbol = try fields.required("symbol") { try Symbol($0) }
            type = try fields.required("order_type") { text in
                guard let type = try? OrderType(text: text), !type.isPending else {
                    throw Refusal(.invalidField, "order_type must be BUY or SELL")
                }
                return type
            }
            quantity = try fields.positive("order_quantity")
            price = try fields.optionalPositive("order_price")
            initiator = try fields.initiator()
            for leg in ["stop_loss", "take_profit"] where fields.has(leg) {
                throw Refusal(.notSupported, leg)
            }
        }
    }

    static func decide(_ it: CommandCase) throws -> Transition {
        let wish = try Wish(it.fields(own: fields))
        let checks = try PlacementChecks(it, symbol: wish.symbol, quantity: wish.quantity)
        let order = try order(wish, checks)
        var sent = order
        sent.price = wish.price ?? order.price
        let message = ProviderMessage.place(
            sent, request: it.command.requestID, at: it.context.now)
        return Transition(
            .orderPlaced, it.command.eventID, order: order, newIDs: [LifecycleID(order.id)],
            sends: [message], answer: it.accepted(order: order.id), details: details(wish))
    }

    /// Both flows reserve what a fill at the market would book now (domain §5: half spread on
    /// top), or at the price asked for where that is dearer: a fill is always booked, so less must
    /// not be reserved, and a price asked for far below the market must not make margin cheap.
    private static func order(_ wish: Wish, _ checks: PlacementChecks) throws -> Order {
        let it = checks.it
        let market = PriceRules.houseFill(side: wish.type.side, price: checks.market)
        let price = max(wish.price ?? market, market)
        var order = Order(
            placement: Placement(
                id: OrderID(number: try it.number()), account: it.account.id,
                terms: checks.terms, leverage: checks.config.leverage, flow: checks.flow,
                accountNumber: checks.config.accountNumber, placedAs: wish.type,
                createdAt: it.context.now),
            type: wish.type, state: .queued, quantity: wish.quantity, price: price)
        order.money.reservedMargin = try checks.margin(
            wish.quantity, at: try fillPrice(wish.type.side, price, checks.terms))
        order.money.contractValue = try checks.contractValue(wish.quantity)
        order.requests.placedBy = it.command.requestID.text
        order.requests.requestedAt = it.context.now
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

    private static func details(_ wish: Wish) -> Fields {
        var details = Fields()
        details["requested_price"] = wish.price?.text
        details["initiator"] = wish.initiator?.rawValue
        return details
    }
}
