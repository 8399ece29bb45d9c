import ServiceRuntime
import Shared

/// What a new order must pass besides its fields, in the order of domain §7. Market and pending
/// orders share these; the sides of prices and the margin come behind them.
struct PlacementChecks {
    let it: CommandCase
    let wish: OrderWish
    let portfolio: Portfolio
    let config: AccountConfig
    let flow: Provider
    let terms: InstrumentTerms
    /// Known, fresh, above zero.
    let market: MarketPrice

    init(_ it: CommandCase, _ wish: OrderWish) throws {
        self.it = it
        self.wish = wish
        try it.checkRoom()
        (portfolio, config) = try it.trading()
        flow = try Self.flow(of: it, config)
        guard config.leverage.isPositive else { throw Refusal(.invalidLeverage) }
        terms = try Self.terms(of: wish.symbol, group: config.group, it.context.terms)
        try terms.check(wish.quantity)
        guard it.account.book.count < it.rules.maxOpenOrders else {
            throw Refusal(.tooManyOpenOrders, "at most \(it.rules.maxOpenOrders)")
        }
        guard it.rules.marketHours.isOpen(for: terms.type, at: it.context.now) else {
            throw Refusal(.marketClosed)
        }
        market = try it.market(of: wish.symbol)
    }

    private static func flow(
        of it: CommandCase, _ config: AccountConfig
    ) throws(Refusal) -> Provider {
        let flow = config.flow(
            of: it.account.id.userType, known: it.rules.providers,
            fallback: it.rules.defaultProvider)
        guard let flow else { throw Refusal(.unsupportedFlow) }
        return flow
    }

    private static func terms(
        of symbol: Symbol, group: String, _ read: [TermsKey: Fields]
    ) throws -> InstrumentTerms {
        guard let fields = read[TermsKey(group: group, symbol: symbol)] else {
            throw NotRead("terms of \(symbol) in group \(group)")
        }
        guard !fields.isEmpty else { throw Refusal(.termsUnknown) }
        do throws(TermsError) {
            return try InstrumentTerms(symbol: symbol, group: group) { fields[$0] }
        } catch {
            throw Refusal(.termsUnknown, "\(error.field) \(error.code)")
        }
    }
}

extension PlacementChecks {
    /// What the order comes to at `price`.
    func size(at price: Price) throws(Refusal) -> OrderSize {
        try OrderSize(
            terms, leverage: config.leverage, quantity: wish.quantity, price: price,
            at: it.context.prices)
    }

    /// The margin of the order alone, which must be free (domain §7: free margin ≥ margin). A hedge
    /// is checked with its own margin too, as in the reference.
    func checkFree(_ margin: Money) throws {
        let free = try FreeMargin.of(it.account, portfolio: portfolio, at: it.context.prices)
        guard free >= margin else { throw Refusal(.insufficientMargin) }
    }

    /// The order as it is placed: on the terms, with the leverage and by the flow of now, legs
    /// waiting in it for the fill.
    func order(_ state: OrderState, price: Price, _ size: OrderSize) throws -> Order {
        var order = Order(
            placement: Placement(
                id: OrderID(number: try it.number()), account: it.account.id, terms: terms,
                leverage: config.leverage, flow: flow, accountNumber: config.accountNumber,
                placedAs: wish.type, createdAt: it.context.now),
            type: wish.type, state: state, quantity: wish.quantity, price: price)
        order.stopLoss.price = wish.legs.stopLoss
        order.takeProfit.price = wish.legs.takeProfit
        order.money.contractValue = size.contractValue
        order.requests.placedBy = it.command.requestID.text
        order.requests.requestedAt = it.context.now
        return order
    }
}
