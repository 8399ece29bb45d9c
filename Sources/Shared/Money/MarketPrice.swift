/// What a symbol trades at, as last heard.
package struct MarketPrice: Hashable, Sendable {
    /// What a seller gets.
    package let bid: Price
    /// What a buyer pays.
    package let ask: Price
    /// How old it was when it was read, by the clock of the server that holds it (domain §5).
    package let ageMilliseconds: Int64

    package init(bid: Price, ask: Price, ageMilliseconds: Int64) {
        self.bid = bid
        self.ask = ask
        self.ageMilliseconds = ageMilliseconds
    }
}

/// The prices that a decision was given, by symbol. A symbol without one has no price.
package struct Prices: Hashable, Sendable {
    private var bySymbol: [Symbol: MarketPrice]

    package init(_ bySymbol: [Symbol: MarketPrice] = [:]) { self.bySymbol = bySymbol }

    package subscript(symbol: Symbol) -> MarketPrice? {
        get { bySymbol[symbol] }
        set { bySymbol[symbol] = newValue }
    }
}
