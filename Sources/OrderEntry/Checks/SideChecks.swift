import Shared

/// Whether a price lies on its side of another one (domain §7), strictly.
///
/// Bounds are what the client would get: the market with the half spread. So what is accepted is what
/// would not fire at once (domain §5), and what a client sees is what is compared.
enum SideChecks {
    /// A pending price lies beyond the market: below it for BUY_LIMIT and SELL_STOP, above it for
    /// BUY_STOP and SELL_LIMIT.
    static func pending(
        _ type: OrderType, at price: Price, _ terms: InstrumentTerms, market: MarketPrice
    ) throws(Refusal) {
        let field = "order_price"
        let bound = try refusing(field) { () throws(NumberError) in
            try PriceRules.fillPrice(
                side: type.side, avgpx: PriceRules.houseFill(side: type.side, price: market),
                halfSpread: terms.halfSpread)
        }
        switch type {
        case .buyLimit, .sellStop: try below(price, bound, field)
        case .buyStop, .sellLimit: try above(price, bound, field)
        case .buy, .sell: break  // A market order waits for no price.
        }
    }

    /// A stop loss lies where its position loses, a take profit where it wins, seen from `bound`.
    static func leg(
        _ leg: Leg, at level: Price, of side: Side, against bound: Price
    ) throws(Refusal) {
        switch (leg, side) {
        case (.stopLoss, .buy), (.takeProfit, .sell): try below(level, bound, leg.rawValue)
        case (.stopLoss, .sell), (.takeProfit, .buy): try above(level, bound, leg.rawValue)
        }
    }

    /// What a position of `side` would close at now: what its legs are compared with.
    static func closing(
        _ side: Side, _ terms: InstrumentTerms, at market: MarketPrice
    ) throws(Refusal) -> Price {
        try refusing("half spread") { () throws(NumberError) in
            try PriceRules.closePrice(
                side: side, avgpx: PriceRules.houseClose(side: side, price: market),
                halfSpread: terms.halfSpread)
        }
    }

    private static func below(
        _ price: Price, _ bound: Price, _ field: String
    ) throws(Refusal) {
        guard price < bound else {
            throw Refusal(.wrongSide, "\(field) must be below \(bound)")
        }
    }

    private static func above(
        _ price: Price, _ bound: Price, _ field: String
    ) throws(Refusal) {
        guard price > bound else {
            throw Refusal(.wrongSide, "\(field) must be above \(bound)")
        }
    }
}

/// What a provider is sent for a client's price (domain §5).
enum SentPrice {
    static func pending(
        _ price: Price, _ side: Side, _ terms: InstrumentTerms
    ) throws(Refusal) -> Price {
        try positive("order_price", terms) { () throws(NumberError) in
            try PriceRules.pendingPriceSent(
                side: side, price: price, halfSpread: terms.halfSpread)
        }
    }

    static func leg(
        _ leg: Leg, at level: Price, _ side: Side, _ terms: InstrumentTerms
    ) throws(Refusal) -> Price {
        try positive(leg.rawValue, terms) { () throws(NumberError) in
            try PriceRules.legPriceSent(
                side: side, price: level, halfSpread: terms.halfSpread)
        }
    }

    private static func positive(
        _ field: String, _ terms: InstrumentTerms, _ price: () throws(NumberError) -> Price
    ) throws(Refusal) -> Price {
        let sent = try refusing(field, price)
        guard sent.isPositive else {
            throw Refusal(
                .invalidField, "\(field) must be above the half spread, \(terms.halfSpread)")
        }
        return sent
    }
}

/// Arithmetic on a field's number: what leaves the range of numbers is refused.
private func refusing<Value>(
    _ field: String, _ compute: () throws(NumberError) -> Value
) throws(Refusal) -> Value {
    do throws(NumberError) {
        return try compute()
    } catch {
        throw Refusal(.outOfRange, field)
    }
}
