/// How an amount of one currency becomes dollars (domain §6, `to_usd`): by the ask of `CUSD`, else
/// over the ask of `USDC`; the ask both ways, as the reference does.
package struct Conversion: Hashable, Sendable {
    /// The ask of `pair`; 1 for dollars.
    package let rate: Price
    /// Whose price the rate is; nil for dollars.
    package let pair: Symbol?
    /// Whether an amount is divided by the rate (`USDC`) rather than multiplied (`CUSD`).
    package let inverted: Bool
    /// How old the rate was when it was read; 0 for dollars.
    package let ageMilliseconds: Int64

    /// Dollars stay as they are.
    package static let identity = Conversion(
        rate: 1, pair: nil, inverted: false, ageMilliseconds: 0)

    /// The symbols whose prices a decision needs to turn `currency` into dollars, in the order in
    /// which they are tried; none for USD and USDT.
    package static func pairs(for currency: Currency) -> [Symbol] {
        currency.isDollar ? [] : [currency.directPair, currency.inversePair]
    }

    /// The amount in dollars, rounded to eight places.
    package func toUSD(_ amount: Money) throws(NumberError) -> Money {
        try applied(to: Wide(amount)).rounded()
    }

    /// An exact product turned into dollars, before it is rounded.
    func applied(to amount: Wide) throws(NumberError) -> Wide {
        if pair == nil { return amount }
        return inverted ? try amount.over(rate) : try amount.times(rate)
    }
}

extension Prices {
    /// How `currency` becomes dollars at these prices; nil when neither pair has an ask above zero.
    package func conversion(for currency: Currency) -> Conversion? {
        if currency.isDollar { return .identity }
        return conversion(by: currency.directPair, inverted: false)
            ?? conversion(by: currency.inversePair, inverted: true)
    }

    private func conversion(by pair: Symbol, inverted: Bool) -> Conversion? {
        guard let price = self[pair], price.ask.isPositive else { return nil }
        return Conversion(
            rate: price.ask, pair: pair, inverted: inverted,
            ageMilliseconds: price.ageMilliseconds)
    }
}
