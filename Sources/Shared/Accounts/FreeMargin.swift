/// What an account may still tie up or take out (domain §6): balance and floating profit, less
/// entry commissions, plus swaps, less the margin that is used.
package enum FreeMargin {
    /// The prices that the account's floating profit is counted at. One record a symbol is read,
    /// since its orders share the profit currency (their margins rest on that too): this is asked
    /// for every command, and a book may hold a thousand orders.
    package static func symbols(of account: Account) throws -> Set<Symbol> {
        var symbols: Set<Symbol> = []
        var seen: Set<Substring> = []
        for record in account.book.records.values {
            let name = record.utf8.prefix { $0 != UInt8(ascii: "|") }
            guard seen.insert(Substring(name)).inserted else { continue }
            let entry = try BookEntry(record)
            symbols.insert(entry.symbol)
            symbols.formUnion(Conversion.pairs(for: entry.profitCurrency))
        }
        return symbols
    }

    /// In dollars, to eight places; below zero where more is used than there is. Prices count at
    /// any age, and a position without a rate, or a price above zero, has no floating profit.
    ///
    /// - Parameter entries: the account's book; what is no position has no floating profit.
    package static func of(
        _ entries: [BookEntry], portfolio: Portfolio, at prices: Prices
    ) throws(NumberError) -> Money {
        var free = try portfolio.balance - portfolio.usedMarginAll()
        for position in entries where position.state.isPosition {
            free = try free - position.commissionEntry + position.swap
            if let floating = try floating(position, at: prices) {
                free = try free + floating
            }
        }
        return free
    }

    private static func floating(
        _ position: BookEntry, at prices: Prices
    ) throws(NumberError) -> Money? {
        guard let market = prices[position.symbol], market.bid.isPositive,
            market.ask.isPositive,
            let conversion = prices.conversion(for: position.profitCurrency)
        else { return nil }
        return try ProfitRules.floating(
            terms: position, side: position.side, quantity: position.quantity,
            entry: position.price, market: market, conversion: conversion)
    }
}
