import ServiceRuntime
import Shared

/// Books fills: the order becomes a position at the provider's price and the house's half spread
/// (domain §3, §5, §6).
struct OpenHandler: MessageHandler {
    typealias Message = OrderMessage

    /// Age at which a rate is too old to book a commission with, ms.
    let maxRateAge: Int64

    var role: Role { .open }
    var numbersPerMessage: Int { 0 }

    func needs(_ message: OrderMessage, on account: Account) -> Needs {
        guard case .kept(let order)? = account.orders[message.key.order] else { return Needs() }
        return Needs(of: order)
    }

    func decide(
        _ message: OrderMessage, on account: Account, in context: DecisionContext
    ) throws -> Outcome {
        switch try Decision(message, on: account) {
        case .ends(let outcome): return outcome
        case .applies(let verdict, let order):
            guard case .to(.open) = verdict else { return .dead(.impossible) }
            return try fill(order, message, in: context)
        }
    }

    private func fill(
        _ before: Order, _ message: OrderMessage, in context: DecisionContext
    ) throws -> Outcome {
        guard let average = message.averagePrice else { return .dead(.unreadable) }
        var order = before
        let terms = order.terms
        guard let rate = context.prices.conversion(for: terms.profitCurrency) else {
            return .defer(.waitingForRate)
        }
        let needsFresh = CommissionRules.needsConversion(terms, at: .entry)
        guard !needsFresh || rate.ageMilliseconds <= maxRateAge else {
            return .defer(.waitingForRate)
        }
        order.isLateFill = before.state.isTerminal
        order.rejectReason = nil
        order.state = .open
        order.openedAt = context.now
        order.stateBefore = nil
        order.type = order.type.ofPosition
        order.price = try PriceRules.fillPrice(
            side: order.side, avgpx: average, halfSpread: terms.halfSpread)
        order.money.margin = try MarginRules.orderMargin(
            terms: terms, leverage: order.placement.leverage, quantity: order.quantity,
            price: order.price, conversion: rate)
        order.money.reservedMargin = nil
        order.money.contractValue = try MarginRules.contractValue(
            terms: terms, quantity: order.quantity)
        order.money.commissionEntry = try CommissionRules.entry(
            terms: terms, quantity: order.quantity, price: order.price, conversion: rate)
        order.requests = OrderRequests()
        order.requests.placedBy = before.requests.placedBy
        order.note(message)
        var details = message.details
        details.append("half_spread", terms.halfSpread.text)
        if order.isLateFill { details.append("alarm", "late_fill") }
        return .apply(
            Transition(.orderOpenConfirmed, message.eventID, order: order, details: details))
    }
}
