import Shared

extension InstrumentTerms {
    /// Refuses a quantity that the group does not trade, naming the rule (domain §7).
    func check(_ quantity: Quantity) throws(Refusal) {
        let field = "order_quantity must be"
        guard quantity.isMultiple(of: lotStep) else {
            throw Refusal(.lotStep, "\(field) a multiple of \(lotStep)")
        }
        guard quantity >= minLot else {
            throw Refusal(.minLot, "\(field) at least \(minLot)")
        }
        guard quantity <= maxLot else {
            throw Refusal(.maxLot, "\(field) at most \(maxLot)")
        }
    }
}

/// What an order of some lots at some price comes to; beyond the range of money it is refused, since
/// its fill could never be booked.
struct OrderSize {
    let contractValue: ContractValue
    /// Of the order alone.
    let margin: Money

    /// - Parameter prices: hold what turns the profit currency into dollars, of any age, since
    ///   nothing is booked with it (domain §6).
    init(
        _ terms: InstrumentTerms, leverage: Factor, quantity: Quantity, price: Price,
        at prices: Prices
    ) throws(Refusal) {
        guard let conversion = prices.conversion(for: terms.profitCurrency) else {
            throw Refusal(.noRate, terms.profitCurrency.text)
        }
        do throws(NumberError) {
            margin = try MarginRules.orderMargin(
                terms: terms, leverage: leverage, quantity: quantity, price: price,
                conversion: conversion)
            contractValue = try MarginRules.contractValue(terms: terms, quantity: quantity)
        } catch {
            throw Refusal(.outOfRange, "order_quantity")
        }
    }
}
