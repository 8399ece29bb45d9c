/// What a position has won or lost (domain §6), in dollars.
package enum ProfitRules {
    /// The profit that a close books, rounded once, to cents.
    package static func close(
        terms: some ContractTerms, side: Side, quantity: Quantity, entry: Price, close: Price,
        conversion: Conversion
    ) throws(NumberError) -> Money {
        try exact(
            terms: terms, side: side, quantity: quantity, from: entry, to: close,
            conversion: conversion
        ).rounded(to: .cents)
    }

    /// The profit of an open position at the market's bid (BUY) or ask (SELL), to eight places.
    /// Commissions and swap are not in it.
    package static func floating(
        terms: some ContractTerms, side: Side, quantity: Quantity, entry: Price,
        market: MarketPrice, conversion: Conversion
    ) throws(NumberError) -> Money {
        try exact(
            terms: terms, side: side, quantity: quantity, from: entry,
            to: PriceRules.houseClose(side: side, price: market), conversion: conversion
        ).rounded()
    }

    /// What a close has won or lost in the currency that price differences are counted in, to eight
    /// places.
    package static func native(
        terms: some ContractTerms, side: Side, quantity: Quantity, entry: Price, close: Price
    ) throws(NumberError) -> Money {
        try exact(
            terms: terms, side: side, quantity: quantity, from: entry, to: close,
            conversion: .identity
        ).rounded()
    }

    private static func exact(
        terms: some ContractTerms, side: Side, quantity: Quantity, from entry: Price,
        to exit: Price, conversion: Conversion
    ) throws(NumberError) -> Wide {
        let gain =
            switch side {
            case .buy: try exit - entry
            case .sell: try entry - exit
            }
        return try conversion.applied(to: Wide(gain).times(quantity).times(terms.contractSize))
    }
}

/// What a closed order leaves on the balance, and of what it is made. Every part is in cents, so the
/// parts always add up: net = profit − entry commission − exit commission + swap (domain §2).
package struct NetProfit: Hashable, Sendable {
    package let profit: Money
    package let commissionEntry: Money
    package let commissionExit: Money
    package let swap: Money
    package let net: Money

    /// Rounds each part to cents before it adds them.
    package init(
        profit: Money, commissionEntry: Money, commissionExit: Money, swap: Money
    ) throws(NumberError) {
        self.profit = try profit.cents()
        self.commissionEntry = try commissionEntry.cents()
        self.commissionExit = try commissionExit.cents()
        self.swap = try swap.cents()
        net = try self.profit - self.commissionEntry - self.commissionExit + self.swap
    }
}
