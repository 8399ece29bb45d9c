/// One order's part in the margin of its symbol.
package struct MarginLine: Hashable, Sendable {
    package let side: Side
    /// Lots, above zero.
    package let quantity: Quantity
    /// What this order alone would need, in dollars.
    package let margin: Money

    package init(side: Side, quantity: Quantity, margin: Money) {
        self.side = side
        self.quantity = quantity
        self.margin = margin
    }
}

/// What orders tie up of an account (domain §6). Rounded to eight places only.
package enum MarginRules {
    /// Contract size × lots, in units of the instrument.
    package static func contractValue(
        terms: some ContractTerms, quantity: Quantity
    ) throws(NumberError) -> ContractValue {
        try Wide(terms.contractSize).times(quantity).rounded()
    }

    /// The margin of one order in dollars: contract size × lots × price ÷ leverage, for crypto
    /// times the group's factor. `divisionByZero` without leverage, `outOfRange` below zero.
    package static func orderMargin(
        terms: some ContractTerms, leverage: Factor, quantity: Quantity, price: Price,
        conversion: Conversion
    ) throws(NumberError) -> Money {
        guard !leverage.isNegative else { throw .outOfRange(leverage.text) }
        var product = try Wide(terms.contractSize).times(quantity).times(price)
        switch terms.type {
        case .crypto: product = try product.times(terms.cryptoMarginFactor)
        case .forex, .commodity, .index: break
        }
        return try conversion.applied(to: product).over(leverage).rounded()
    }

    /// The margin of all of an account's orders of one symbol, in dollars: the dearest lot × the
    /// larger side, so a hedge pays for one side only. Nothing for no orders.
    ///
    /// Resting pending orders carry no margin (domain §9): the caller leaves them out.
    package static func symbolMargin(of lines: [MarginLine]) throws(NumberError) -> Money {
        guard var dearest = lines.first else { return .zero }
        var bought = Quantity.zero
        var sold = Quantity.zero
        for line in lines {
            guard line.quantity.isPositive else { throw .outOfRange(line.quantity.text) }
            switch line.side {
            case .buy: bought = try bought + line.quantity
            case .sell: sold = try sold + line.quantity
            }
            if line.costsMoreALot(than: dearest) { dearest = line }
        }
        return try Wide(dearest.margin).times(max(bought, sold)).over(dearest.quantity).rounded()
    }
}

extension MarginLine {
    /// Compares margin ÷ lots as fractions, without rounding them: a/b > c/d is a×d > c×b.
    fileprivate func costsMoreALot(than other: MarginLine) -> Bool {
        Int128(margin.raw) * Int128(other.quantity.raw)
            > Int128(other.margin.raw) * Int128(quantity.raw)
    }
}
