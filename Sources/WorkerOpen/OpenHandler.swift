import ServiceRuntime
import Shared

/// Books fills: the order becomes a position at the provider's price and the house's half spread,
/// and its waiting legs go to the provider (domain §3, §5, §6).
struct OpenHandler: OrderEventHandler {
    /// Age at which a rate is too old to book a commission with, ms.
    let maxRateAge: Int64

    var role: Role { .open }
    /// One id for each leg that may wait.
    var numbersPerMessage: Int { 2 }

    /// What the free margin of the account is counted at, where the fill may be refused for it.
    func furtherNeeds(
        _ message: OrderMessage, on account: Account, terms: [TermsKey: Fields]
    ) throws -> Set<Symbol> {
        guard case .kept(let order)? = account.orders[message.key.order], order.isCheckedAtFill
        else { return [] }
        return try FreeMargin.symbols(of: account)
    }

    func step(_ it: EventCase) throws -> Outcome {
        guard it.verdict == .to(.open) else { return refuse(it) }
        guard let average = it.message.averagePrice else { return .dead(.unreadable) }
        let terms = it.order.terms
        guard let rate = it.context.prices.conversion(for: terms.profitCurrency) else {
            return .defer(.waitingForRate)
        }
        let needsFresh = CommissionRules.needsConversion(terms, at: .entry)
        guard !needsFresh || rate.ageMilliseconds <= maxRateAge else {
            return .defer(.waitingForRate)
        }
        var order = try position(it, at: average, rate)
        guard try !order.isCheckedAtFill || canCarry(order, it) else {
            return try outcomeOfRefusedFill(it)
        }
        var details = Fields(["half_spread": terms.halfSpread.text])
        if order.isLateFill { details.append(EventField.alarm, "late_fill") }
        let sends = try placeLegs(of: &order, it.context)
        return it.apply(
            .orderOpenConfirmed, order, newIDs: sends.map(\.id), sends: sends, details: details)
    }

    /// The order as the fill leaves it.
    private func position(
        _ it: EventCase, at average: Price, _ rate: Conversion
    ) throws(NumberError) -> Order {
        var order = it.order
        let terms = order.terms
        order.isLateFill = it.order.state.isTerminal
        order.rejectReason = nil
        order.cancelledByArrival = nil
        order.state = .open
        order.stateBefore = nil
        order.openedAt = it.context.now
        order.type = order.type.ofPosition
        order.quantity = order.filledQuantity(reported: it.message.cumulativeQuantity)
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
        // Answers to what was in flight when the fill came are late.
        order.endRequests()
        return order
    }

    /// Legs given with the order wait in it as a price, and are asked for in the same step.
    private func placeLegs(
        of order: inout Order, _ context: DecisionContext
    ) throws(NumberError) -> [ProviderMessage] {
        var sends: [ProviderMessage] = []
        for (leg, number) in zip(Leg.allCases, context.numbers) {
            guard order[leg].state == .none, let price = order[leg].price else { continue }
            sends.append(
                try order.requestLeg(leg, at: price, number: number, now: context.now))
        }
        return sends
    }
}

/// Fills that the account cannot carry.
extension OpenHandler {
    /// Nothing was reserved for a resting order, so what is free now must do (domain §6).
    private func canCarry(_ position: Order, _ it: EventCase) throws -> Bool {
        guard let portfolio = it.account.portfolio, let margin = position.money.margin else {
            throw FieldError("balance", "", rule: "is required to carry \(position.key)")
        }
        let free = try FreeMargin.of(
            it.account.book.entries(), portfolio: portfolio, at: it.context.prices)
        return free >= margin
    }

    /// What the state table makes of the fill as a refused one: a resting order ends, one that has
    /// ended stays so.
    private func outcomeOfRefusedFill(_ it: EventCase) throws -> Outcome {
        switch StateTable.verdict(.fillRefused, in: it.order.state) {
        case .to: return refuse(it)
        case .late: return .ignore(.late)
        case .dead(let reason): return .dead(reason)
        case .restore, .keep, .from, .replacement, .byLeg, .early:
            throw FieldError(
                "state", it.order.state.rawValue, rule: "has no answer to a refused fill")
        }
    }

    private func refuse(_ it: EventCase) -> Outcome {
        let reason = "insufficient_margin"
        var order = it.order
        order.state = .rejected
        order.stateBefore = nil
        order.rejectReason = reason
        order.endRequests()
        return it.apply(
            .orderRejected, order, details: it.rejection(.orderPlacement, reason: reason))
    }
}

extension Order {
    /// Whether its fill is refused where the account cannot carry it: the house's pending orders.
    /// Market orders have reserved their margin, and a provider's fill is always booked.
    fileprivate var isCheckedAtFill: Bool {
        placement.flow == .house && placement.placedAs.isPending
    }
}
