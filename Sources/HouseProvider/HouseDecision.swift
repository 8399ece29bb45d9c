import ServiceRuntime
import Shared

/// What the house does with one request at the prices of now. Pure.
enum HouseDecision: Equatable {
    case report(ExecutionReport)
    /// The answer hangs on what rests of the order, or changes it.
    case change(TriggerChange)
    /// A close waits for a price that is fresh; it is never refused for want of one.
    case wait

    /// A market order fills, BUY at the ask and SELL at the bid, or is refused for want of a fresh
    /// price; a close fills the other way round (domain §5). All else is about triggers.
    ///
    /// - Parameter now: the server's clock, ms.
    init(_ request: ProviderRequest, at prices: Prices, rules: HouseRules, now: Int64)
        throws(FieldError)
    {
        let fresh = prices[request.symbol].flatMap { rules.accepts($0) ? $0 : nil }
        switch request.kind {
        case .place:
            guard let market = fresh else {
                self = .report(request.refused("no_price", now: now))
                return
            }
            let price = PriceRules.houseFill(side: request.side, price: market)
            self = .report(request.filled(at: price, now: now))
        case .close:
            guard let market = fresh else {
                self = .wait
                return
            }
            let price = PriceRules.houseClose(side: request.side, price: market)
            self = .change(request.change(.close(at: price)))
        case .placePending:
            self = .change(
                request.change(
                    .rest(
                        request.type, price: try request.statedPrice(),
                        quantity: try request.statedQuantity())))
        case .modify:
            self = .change(
                request.change(
                    .move(
                        price: try request.statedPrice(),
                        quantity: try request.statedQuantity())))
        case .cancel: self = .change(request.change(.cancel))
        case .setStopLoss: self = .change(try request.setting(.stopLoss))
        case .setTakeProfit: self = .change(try request.setting(.takeProfit))
        case .cancelStopLoss: self = .change(try request.cancelling(.stopLoss))
        case .cancelTakeProfit: self = .change(try request.cancelling(.takeProfit))
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
