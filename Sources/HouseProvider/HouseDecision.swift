import Shared

/// What the house answers to one request at the prices of now. Pure.
enum HouseDecision: Equatable {
    case report(ExecutionReport)
    /// A close waits for a price that is fresh; it is never refused.
    case wait

    /// A market order fills, BUY at the ask and SELL at the bid, or is refused for want of a fresh
    /// price; a close fills the other way round (domain §5).
    ///
    /// - Parameter now: the server's clock, ms.
    init(_ request: HouseRequest, at prices: Prices, rules: HouseRules, now: Int64) {
        let fresh = prices[request.symbol].flatMap { rules.accepts($0) ? $0 : nil }
        switch (request.action, fresh) {
        case (.open, let market?):
            let price = PriceRules.houseFill(side: request.side, price: market)
            self = .report(request.filled(at: price, now: now))
        case (.close, let market?):
            let price = PriceRules.houseClose(side: request.side, price: market)
            self = .report(request.filled(at: price, now: now))
        case (.open, nil): self = .report(request.refused("no_price", now: now))
        case (.close, nil): self = .wait
        }
    }
}

extension HouseRules {
    /// A price is acted on while it is fresh and above zero on both sides.
    func accepts(_ price: MarketPrice) -> Bool {
        price.ageMilliseconds <= maxPriceAge && price.bid.isPositive && price.ask.isPositive
    }
}

extension HouseRequest {
    func filled(at price: Price, now: Int64) -> ExecutionReport {
        ExecutionReport(
            on: id, key: key, status: .executed, execID: execID, averagePrice: price,
            quantity: quantity, reason: nil, timestamp: now)
    }

    func refused(_ reason: String, now: Int64) -> ExecutionReport {
        ExecutionReport(
            on: id, key: key, status: .rejected, execID: nil, averagePrice: nil, quantity: nil,
            reason: reason, timestamp: now)
    }
}
