extension Fixed {
    /// The sum; `overflow` beyond the range.
    package static func + (left: Self, right: Self) throws(NumberError) -> Self {
        try checked(left.raw.addingReportingOverflow(right.raw))
    }

    /// The difference; `overflow` beyond the range.
    package static func - (left: Self, right: Self) throws(NumberError) -> Self {
        try checked(left.raw.subtractingReportingOverflow(right.raw))
    }

    package static prefix func - (value: Self) -> Self { Self(raw: -value.raw) }

    package var magnitude: Self { Self(raw: abs(raw)) }

    /// This × `factor`, rounded once to eight places, half away from zero.
    package func times(_ factor: Factor) throws(NumberError) -> Self {
        try Wide(self).times(factor).rounded()
    }

    /// This ÷ `divisor`, rounded once to eight places, half away from zero.
    package func over(_ divisor: Factor) throws(NumberError) -> Self {
        try Wide(self).over(divisor).rounded()
    }

    /// Whether this is a whole number of steps; of a step of zero only zero is.
    package func isMultiple(of step: Self) -> Bool { raw.isMultiple(of: step.raw) }

    private static func checked(
        _ result: (partialValue: Int64, overflow: Bool)
    ) throws(NumberError) -> Self {
        guard !result.overflow, result.partialValue != .min else { throw .overflow }
        return Self(raw: result.partialValue)
    }
}

extension Money {
    /// Rounded to cents, half away from zero, as every booked amount is: 10.225 → 10.23,
    /// −2.025 → −2.03 (domain §2).
    package func cents() throws(NumberError) -> Money { try Wide(self).rounded(to: .cents) }
}
