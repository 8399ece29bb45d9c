import ServiceRuntime
import Shared

/// Books what ends a position: the fill of a close, of a stop loss or of a take profit. The net
/// profit joins the balance in the same step, and legs that still rest are cancelled (domain §3, §8).
struct CloseHandler: OrderEventHandler {
    /// Age at which a rate is too old to book money with, ms.
    let maxRateAge: Int64

    var role: Role { .close }
    /// One cancel id for each leg.
    var numbersPerMessage: Int { 2 }

    func step(_ it: EventCase) throws -> Outcome {
        guard let average = it.message.averagePrice else { return .dead(.unreadable) }
        guard let rate = it.context.prices.conversion(for: it.order.terms.profitCurrency),
            rate.ageMilliseconds <= maxRateAge
        else { return .defer(.waitingForRate) }
        var order = it.order
        let filled = it.message.event.leg
        let net = try book(&order, at: average, rate)
        order.money.closeMessage = closeMessage(filled, order.requests.closeInitiator)
        order.state = .closed
        let sends = cancelLegs(of: &order, except: filled, it.context)
        order.endRequests()
        return it.apply(
            .orderCloseConfirmed, order, ledger: try ledger(of: net), newIDs: sends.map(\.id),
            sends: sends, details: details(it, order, average, rate))
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

    private func closeMessage(_ filled: Leg?, _ initiator: Initiator?) -> CloseMessage {
        switch filled {
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
        of order: inout Order, except filled: Leg?, _ context: DecisionContext
    ) -> [ProviderMessage] {
        var sends: [ProviderMessage] = []
        for (leg, number) in zip(Leg.allCases, context.numbers) {
            let state = order[leg].state
            if leg != filled, state == .placing || state == .active {
                sends.append(order.requestLegCancel(leg, number: number, now: context.now))
            }
            order[leg].state = .none
        }
        return sends
    }

    /// The reference's fields of a close.
    ///
    /// - Parameter order: as the close leaves it.
    private func details(
        _ it: EventCase, _ order: Order, _ average: Price, _ rate: Conversion
    ) -> Fields {
        var details = Fields([
            .init("quantity", order.quantity.text), .init("entry_price", order.price.text),
            .init("profit_currency", order.terms.profitCurrency.text),
            .init("market_close_price", average.text),
            .init("half_spread", it.order.terms.halfSpread.text),
            .init("close_origin", it.order.placement.flow == .house ? "local" : "provider"),
            .init("conversion_rate", rate.rate.text),
        ])
        details["conversion_pair"] = rate.pair?.text
        if let close = order.money.closePrice {
            details.append("close_price_adjusted", close.text)
            // An amount of small units may be beyond the range though its dollars are not.
            let native = try? ProfitRules.native(
                terms: order.terms, side: order.side, quantity: order.quantity,
                entry: order.price, close: close)
            details["pnl_native"] = native?.text
        }
        if it.message.event.leg != nil {
            details.append("trigger_lifecycle_id", it.message.reportID.text)
        }
        return details
    }
}
