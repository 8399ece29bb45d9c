package import Shared

/// Whether a pending order waits for a better price than the market's, or for a worse one.
package enum PendingKind: Sendable, CaseIterable {
    case limit
    case stop
}

/// The house's trigger rules (domain §5) a second time: the house fires by `fire.lua`, which is
/// held against this.
extension PriceRules {
    /// Whether the house fires a pending order that the user set at `userPrice`, on equality too.
    package static func firesPending(
        side: Side, kind: PendingKind, userPrice: Price, halfSpread: Price, at price: MarketPrice
    ) throws(NumberError) -> Bool {
        let trigger = try pendingPriceSent(side: side, price: userPrice, halfSpread: halfSpread)
        let market = houseFill(side: side, price: price)
        switch (side, kind) {
        case (.buy, .stop), (.sell, .limit): return market >= trigger
        case (.buy, .limit), (.sell, .stop): return market <= trigger
        }
    }

    /// Whether the house fires a position's stop loss at the user's `level`, on equality too. If
    /// both legs fire, the stop loss does.
    package static func firesStopLoss(
        side: Side, level: Price, halfSpread: Price, at price: MarketPrice
    ) throws(NumberError) -> Bool {
        let trigger = try legPriceSent(side: side, price: level, halfSpread: halfSpread)
        let market = houseClose(side: side, price: price)
        switch side {
        case .buy: return market <= trigger
        case .sell: return market >= trigger
        }
    }

    /// Whether the house fires a position's take profit at the user's `level`, on equality too.
    package static func firesTakeProfit(
        side: Side, level: Price, halfSpread: Price, at price: MarketPrice
    ) throws(NumberError) -> Bool {
        let trigger = try legPriceSent(side: side, price: level, halfSpread: halfSpread)
        let market = houseClose(side: side, price: price)
        switch side {
        case .buy: return market >= trigger
        case .sell: return market <= trigger
        }
    }
}
