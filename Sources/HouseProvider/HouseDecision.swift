import ServiceRuntime
import Shared

/// What the house does with one request at the prices of now. Pure.
enum HouseDecision: Equatable {
    /// With how long it may be said: nil for what rests on no price.
    case report(ExecutionReport, Freshness?)
    /// The answer hangs on what rests of the order, or changes it. With how long the answer may be
    /// told where the change leaves nothing behind that remembers it: nil for what rests on no price.
    case change(TriggerChange, Freshness?)
    /// A close waits for a price that is fresh; it is never refused for want of one.
    case wait
    /// The price is not known, or the clock of the place that its age is measured by.
    case hold

    /// A market order fills, BUY at the ask and SELL at the bid, or is refused for want of a fresh
    /// price; a close fills the other way round (domain §5). All else is about triggers.
    ///
    /// - Parameters:
    ///   - partition: of the reports, where the answer is written.
    ///   - now: the server's clock, ms.
    init(
        _ request: ProviderRequest, at market: MarketReading, reportingTo partition: Int,
        rules: HouseRules, now: Int64
    ) throws(FieldError) {
        switch request.kind {
        case .place:
            let price = market.price(of: request.symbol, at: .reports(partition), rules)
            self = .filling(request, at: price, now)
        case .close:
            self = .closing(
                request, at: market.price(of: request.symbol, at: .triggers(request.symbol), rules),
                told: market.price(of: request.symbol, at: .reports(partition), rules))
        case .placePending:
            self = .change(
                request.change(
                    .rest(
                        request.type, price: try request.statedPrice(),
                        quantity: try request.statedQuantity())), nil)
        case .modify:
            self = .change(
                request.change(
                    .move(
                        price: try request.statedPrice(),
                        quantity: try request.statedQuantity())), nil)
        case .cancel: self = .change(request.change(.cancel), nil)
        case .setStopLoss: self = .change(try request.setting(.stopLoss), nil)
        case .setTakeProfit: self = .change(try request.setting(.takeProfit), nil)
        case .cancelStopLoss: self = .change(try request.cancelling(.stopLoss), nil)
        case .cancelTakeProfit: self = .change(try request.cancelling(.takeProfit), nil)
        }
    }

    private static func filling(
        _ request: ProviderRequest, at price: FreshPrice, _ now: Int64
    ) -> Self {
        switch price {
        case .unknown: return .hold
        case .missing: return .report(request.refused("no_price", now: now), nil)
        case .fresh(let market, let freshness):
            let fill = PriceRules.houseFill(side: request.side, price: market)
            return .report(request.filled(at: fill, now: now), freshness)
        }
    }

    /// - Parameters:
    ///   - price: as it may be acted on where the triggers are.
    ///   - told: as it may be acted on where the answer is written.
    private static func closing(
        _ request: ProviderRequest, at price: FreshPrice, told: FreshPrice
    ) -> Self {
        switch (price, told) {
        case (.fresh(let market, let freshness), .fresh(_, let reported)):
            let close = PriceRules.houseClose(side: request.side, price: market)
            return .change(request.change(.close(at: close, freshness)), reported)
        case (.missing, _), (_, .missing): return .wait
        case (.unknown, _), (_, .unknown): return .hold
        }
    }
}

extension HouseRules {
    /// A price is acted on while it is fresh and above zero on both sides.
    func accepts(_ price: MarketPrice) -> Bool {
        price.ageMilliseconds <= maxPriceAge && price.bid.isPositive && price.ask.isPositive
    }
}

extension ProviderRequest {
    fileprivate func change(_ action: TriggerChange.Action) -> TriggerChange {
        TriggerChange(request: id, key: key, symbol: symbol, action: action)
    }

    fileprivate func setting(_ leg: Leg) throws(FieldError) -> TriggerChange {
        change(.setLeg(leg, side, price: try statedPrice(), quantity: quantity))
    }

    fileprivate func cancelling(_ leg: Leg) throws(FieldError) -> TriggerChange {
        guard let legID else {
            throw FieldError("\(leg.rawValue)_id", "", rule: "is required")
        }
        return change(.cancelLeg(leg, id: legID))
    }

    fileprivate func statedPrice() throws(FieldError) -> Price {
        guard let price else { throw FieldError("order_price", "", rule: "is required") }
        return price
    }

    fileprivate func statedQuantity() throws(FieldError) -> Quantity {
        guard let quantity else { throw FieldError("order_quantity", "", rule: "is required") }
        return quantity
    }
}
