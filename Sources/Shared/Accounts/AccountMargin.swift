/// The margin of one symbol of an account, from its book (domain §6).
package enum AccountMargin {
    /// Prices the symbol anew. Types 1 to 3 use the ask of any age, crypto each order's own price,
    /// as does a symbol without a price above zero. Nil where no order ties anything up.
    ///
    /// - Parameter known: what the symbol was last priced with; its rate serves where the market
    ///   has none. Without either the error is `noRate`.
    package static func price(
        _ entries: [BookEntry], at prices: Prices, known: SymbolMargin?
    ) throws(NumberError) -> SymbolMargin? {
        guard let first = entries.first(where: { carriesMargin($0.state) }) else { return nil }
        guard
            let conversion = prices.conversion(for: first.profitCurrency) ?? known?.conversion
        else { throw .noRate(first.profitCurrency) }
        let ask = first.type == .crypto ? nil : prices[first.symbol]?.ask
        return try price(entries, at: ask?.isPositive == true ? ask : nil, conversion)
    }

    /// The same at a given price and rate; `reconcile` recomputes stored margins so.
    package static func price(
        _ entries: [BookEntry], at ask: Price?, _ conversion: Conversion
    ) throws(NumberError) -> SymbolMargin {
        var executed: [MarginLine] = []
        var all: [MarginLine] = []
        for entry in entries where carriesMargin(entry.state) {
            let line = MarginLine(
                side: entry.side, quantity: entry.quantity,
                margin: try MarginRules.orderMargin(
                    terms: entry, leverage: entry.leverage, quantity: entry.quantity,
                    price: ask ?? entry.price, conversion: conversion))
            all.append(line)
            if entry.state.isPosition { executed.append(line) }
        }
        return SymbolMargin(
            executed: try MarginRules.symbolMargin(of: executed),
            all: try MarginRules.symbolMargin(of: all), price: ask, conversion: conversion)
    }

    private static func carriesMargin(_ state: OrderState) -> Bool {
        state.isPosition || state == .queued
    }
}
