/// What becomes of a price on its way to a provider and back, and when the house fires (domain §5).
///
/// The half spread is the house's share: a buyer pays it on top, a seller gets it less.
package enum PriceRules {
    /// The price of a fill, market or pending, from the provider's `avgpx`.
    package static func fillPrice(
        side: Side, avgpx: Price, halfSpread: Price
    ) throws(NumberError) -> Price {
        try dearer(avgpx, for: side, by: halfSpread)
    }

    /// The price of a close, or of a leg's fill, from the provider's `avgpx`.
    package static func closePrice(
        side: Side, avgpx: Price, halfSpread: Price
    ) throws(NumberError) -> Price {
        try cheaper(avgpx, for: side, by: halfSpread)
    }

    /// The price that a provider is sent for a pending order at the user's `price`.
    package static func pendingPriceSent(
        side: Side, price: Price, halfSpread: Price
    ) throws(NumberError) -> Price {
        try cheaper(price, for: side, by: halfSpread)
    }

    /// The price that a provider is sent for a stop loss or take profit at the user's `price`.
    package static func legPriceSent(
        side: Side, price: Price, halfSpread: Price
    ) throws(NumberError) -> Price {
        try dearer(price, for: side, by: halfSpread)
    }

    /// The user's price of a stop loss or take profit that the provider confirmed at `avgpx`.
    package static func legPriceConfirmed(
        side: Side, avgpx: Price, halfSpread: Price
    ) throws(NumberError) -> Price {
        try cheaper(avgpx, for: side, by: halfSpread)
    }

    /// What the house fills an order at: the ask for a buy, the bid for a sell.
    package static func houseFill(side: Side, price: MarketPrice) -> Price {
        switch side {
        case .buy: price.ask
        case .sell: price.bid
        }
    }

    /// What the house closes a position of `side` at: the bid for a buy, the ask for a sell.
    package static func houseClose(side: Side, price: MarketPrice) -> Price {
        houseFill(side: side.opposite, price: price)
    }

    private static func dearer(
        _ price: Price, for side: Side, by halfSpread: Price
    ) throws(NumberError) -> Price {
        switch side {
        case .buy: try price + halfSpread
        case .sell: try price - halfSpread
        }
    }

    private static func cheaper(
        _ price: Price, for side: Side, by halfSpread: Price
    ) throws(NumberError) -> Price {
        try dearer(price, for: side.opposite, by: halfSpread)
    }
}
