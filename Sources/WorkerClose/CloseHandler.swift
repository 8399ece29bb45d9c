import ServiceRuntime
import Shared

/// Books what ends a position: the fill of a close, of a stop loss or of a take profit. The net
/// profit joins the balance in the same step, and legs that still rest are cancelled (domain §3, §8).
struct CloseHandler: MessageHandler {
    typealias Message = OrderMessage

    /// Age at which a rate is too old to book money with, ms.
    let maxRateAge: Int64

    var role: Role { .close }
    /// One cancel id for each leg.
    var numbersPerMessage: Int { 2 }

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
            guard case .to(.closed) = verdict else { return .dead(.impossible) }
            return try close(order, message, in: context)
        }
    }

    private func close(
        _ before: Order, _ message: OrderMessage, in context: DecisionContext
    ) throws -> Outcome {
        guard let average = message.averagePrice else { return .dead(.unreadable) }
        guard let rate = context.prices.conversion(for: before.terms.profitCurrency),
            rate.ageMilliseconds <= maxRateAge
        else { return .defer(.waitingForRate) }
        var order = before
        let net = try book(&order, at: average, rate)
        order.money.closeMessage = closeMessage(message.event, order.requests.closeInitiator)
        order.state = .closed
        order.note(message)
        let (ids, sends) = cancelLegs(
            of: &order, except: message.event.leg, numbers: context.numbers, at: context.now)
        order.requests = OrderRequests()
        order.requests.placedBy = before.requests.placedBy
        var transition = Transition(
            .orderCloseConfirmed, message.eventID, order: order, ledger: try ledger(of: net),
            newIDs: ids, sends: sends, details: message.details)
        describe(&transition, average, rate)
        return .apply(transition)
    }

    /// Price, commission, profit and net profit of the close, each in cents where it is booked.
    private func book(
        _ order: inout Order, at average: Price, _ rate: Conversion
    ) throws -> NetProfit {
        let terms = order.terms
        let close = try PriceRules.closePrice(
            side: order.side, avgpx: average, halfSpread: terms.halfSpread)
        let net = try NetProfit(
            profit: try ProfitRules.close(
                terms: terms, side: order.side, quantity: order.quantity, entry: order.price,
                close: close, conversion: rate),
            commissionEntry: order.money.commissionEntry ?? .zero,
            commissionExit: try CommissionRules.exit(
                terms: terms, quantity: order.quantity, price: close, conversion: rate),
            swap: order.money.swap ?? .zero)
        order.money.closePrice = close
        order.money.commissionEntry = net.commissionEntry
        order.money.commissionExit = net.commissionExit
        order.money.swap = net.swap
        order.money.profit = net.profit
        order.money.netProfit = net.net
        order.money.margin = nil
        return net
    }

    private func closeMessage(_ event: OrderEventKind, _ initiator: Initiator?) -> CloseMessage {
        switch event.leg {
        case .stopLoss?: .stopLoss
        case .takeProfit?: .takeProfit
        case nil: initiator?.closeMessage ?? .closed
        }
    }

    /// Entry and exit commission leave the balance together, at the close (domain §8).
    private func ledger(of net: NetProfit) throws(NumberError) -> [LedgerEntry] {
        let commission = try net.commissionEntry + net.commissionExit
        let entries = [
            LedgerEntry(.profit, net.profit), LedgerEntry(.commission, -commission),
            LedgerEntry(.swap, net.swap),
        ]
        return entries.filter { !$0.amount.isZero }
    }

    /// Every leg still placing or active is cancelled at the provider as part of this step.
    private func cancelLegs(
        of order: inout Order, except filled: Leg?, numbers: [Int64], at now: Int64
    ) -> ([LifecycleID], [ProviderMessage]) {
        var ids: [LifecycleID] = []
        var sends: [ProviderMessage] = []
        for (leg, number) in zip(Leg.allCases, numbers) {
            defer { order[leg].state = .none }
            guard leg != filled, order[leg].state == .placing || order[leg].state == .active else {
                continue
            }
            let kind: IDKind = leg == .stopLoss ? .stopLossCancel : .takeProfitCancel
            let id = LifecycleID(kind, number: number)
            order[leg].cancelID = id
            order.ids.set(id.text, kind.rawValue)
            ids.append(id)
            sends.append(.cancelLeg(leg, of: order, id: id, at: now))
        }
        return (ids, sends)
    }

    /// The reference's fields of a close.
    private func describe(_ transition: inout Transition, _ average: Price, _ rate: Conversion) {
        guard let order = transition.order else { return }
        transition.details.append("market_close_price", average.text)
        transition.details.append("half_spread", order.terms.halfSpread.text)
        transition.details.append(
            "close_origin", order.placement.flow == .house ? "local" : "provider")
        transition.details.append("conversion_rate", rate.rate.text)
        if let pair = rate.pair { transition.details.append("conversion_pair", pair.text) }
    }
}
