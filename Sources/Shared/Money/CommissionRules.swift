/// Which ways a group charges commission, by the number of its terms; any other number charges
/// nothing, as in the reference.
package enum CommissionType: Int, Sendable, CaseIterable {
    case both = 0
    case entry = 1
    case exit = 2
    case none = 3

    package func applies(to moment: CommissionMoment) -> Bool {
        switch (self, moment) {
        case (.both, _), (.entry, .entry), (.exit, .exit): true
        case (.none, _), (.entry, .exit), (.exit, .entry): false
        }
    }
}

/// What a commission rate counts, by the number of the terms; any other number charges nothing.
package enum CommissionValueType: Int, Sendable, CaseIterable {
    /// Dollars a lot.
    case perLot = 0
    /// Percent of contract size × lots × price, in the profit currency.
    case percent = 1
    case none = 2
}

/// When a commission is due.
package enum CommissionMoment: Sendable, CaseIterable {
    case entry
    case exit
}

/// What a trade costs (domain §6), in dollars and cents.
package enum CommissionRules {
    /// Whether the charge is in a foreign currency, so that a rate must be known: only a percentage
    /// of an instrument that does not count in dollars, and only when there is one to pay.
    package static func needsConversion(
        _ terms: InstrumentTerms, at moment: CommissionMoment
    ) -> Bool {
        guard terms.commissionType.applies(to: moment) else { return false }
        switch terms.commissionValueType {
        case .percent: return !terms.commissionRate.isZero && !terms.profitCurrency.isDollar
        case .perLot, .none: return false
        }
    }

    /// The commission of a fill at `price`. `noRate` when `needsConversion` and there is none.
    package static func entry(
        terms: InstrumentTerms, quantity: Quantity, price: Price, conversion: Conversion?
    ) throws(NumberError) -> Money {
        try amount(
            at: .entry, terms: terms, quantity: quantity, price: price, conversion: conversion)
    }

    /// The commission of a close at `price`. `noRate` when `needsConversion` and there is none.
    package static func exit(
        terms: InstrumentTerms, quantity: Quantity, price: Price, conversion: Conversion?
    ) throws(NumberError) -> Money {
        try amount(
            at: .exit, terms: terms, quantity: quantity, price: price, conversion: conversion)
    }

    private static func amount(
        at moment: CommissionMoment, terms: InstrumentTerms, quantity: Quantity, price: Price,
        conversion: Conversion?
    ) throws(NumberError) -> Money {
        guard terms.commissionType.applies(to: moment) else { return .zero }
        switch terms.commissionValueType {
        case .none:
            return .zero
        case .perLot:
            return try Wide(quantity).times(terms.commissionRate).rounded(to: .cents)
        case .percent:
            let share = try Wide(terms.commissionRate).over(count: 100)
                .times(terms.contractSize).times(quantity).times(price)
            guard needsConversion(terms, at: moment) else { return try share.rounded(to: .cents) }
            guard let conversion else { throw .noRate(terms.profitCurrency) }
            return try conversion.applied(to: share).rounded(to: .cents)
        }
    }
}
