/// A product of decimals over a product of decimals, kept exact in 256 bits until it is rounded
/// once, half away from zero (domain §2: "products and quotients").
///
/// 128 bits do not hold contract size × lots × price × factor × rate, each up to 63 bits; 256 hold
/// any four of them and every five of a real market. What does not fit is `overflow`.
struct Wide {
    /// The product of all factors, least significant limb first.
    private var limbs: [4 of UInt64]
    private var negative: Bool
    /// How many powers of `DecimalText.scale` the product holds more than the divisors.
    private var scales: Int
    /// What the product is still to be divided by: two limbs of 64 bits, not one number.
    private var divisors: (UInt64, UInt64) = (1, 1)

    /// What a result is rounded to, as a count of hundred-millionths.
    enum Step: UInt64 {
        case eighthPlace = 1
        case cents = 1_000_000
    }

    init<Unit>(_ value: Fixed<Unit>) {
        limbs = [value.raw.magnitude, 0, 0, 0]
        negative = value.isNegative
        scales = 1
    }

    func times<Unit>(_ factor: Fixed<Unit>) throws(NumberError) -> Wide {
        var product = self
        try product.multiply(by: factor.raw.magnitude)
        product.negative = negative != factor.isNegative
        product.scales += 1
        return product
    }

    func over<Unit>(_ divisor: Fixed<Unit>) throws(NumberError) -> Wide {
        var quotient = try over(count: divisor.raw.magnitude)
        quotient.negative = negative != divisor.isNegative
        quotient.scales -= 1
        return quotient
    }

    /// Divides by a plain number, such as the 100 of a percentage.
    func over(count: UInt64) throws(NumberError) -> Wide {
        guard count > 0 else { throw .divisionByZero }
        var quotient = self
        let (first, tooLong) = divisors.0.multipliedReportingOverflow(by: count)
        if !tooLong {
            quotient.divisors.0 = first
            return quotient
        }
        let (second, overflow) = divisors.1.multipliedReportingOverflow(by: count)
        guard !overflow else { throw .overflow }
        quotient.divisors.1 = second
        return quotient
    }

    /// The value, rounded to `step` half away from zero. Rounding straight to cents differs from
    /// rounding to eight places first: 0.00499999999999 is no cent.
    func rounded<Unit>(to step: Step = .eighthPlace) throws(NumberError) -> Fixed<Unit> {
        let scale = UInt64(DecimalText.scale)
        var rest = self
        for _ in 0..<max(0, 1 - scales) { try rest.multiply(by: scale) }
        // floor(floor(a / b) / c) is floor(a / (b × c)), so the divisions may follow one another;
        // and the half is kept by dividing twice the product.
        try rest.multiply(by: 2)
        rest.divide(by: divisors.0)
        rest.divide(by: divisors.1)
        for _ in 0..<max(0, scales - 1) { rest.divide(by: scale) }
        rest.divide(by: step.rawValue)
        guard rest.limbs[1] == 0, rest.limbs[2] == 0, rest.limbs[3] == 0 else { throw .overflow }
        let steps = rest.limbs[0] / 2 + rest.limbs[0] % 2
        let (magnitude, overflow) = steps.multipliedReportingOverflow(by: step.rawValue)
        guard !overflow, magnitude <= UInt64(Int64.max) else { throw .overflow }
        return Fixed(raw: negative ? -Int64(magnitude) : Int64(magnitude))
    }

    private mutating func multiply(by factor: UInt64) throws(NumberError) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index].multipliedFullWidth(by: factor)
            let (low, overflow) = product.low.addingReportingOverflow(carry)
            limbs[index] = low
            carry = product.high + (overflow ? 1 : 0)
        }
        guard carry == 0 else { throw .overflow }
    }

    private mutating func divide(by divisor: UInt64) {
        guard divisor > 1 else { return }
        var remainder: UInt64 = 0
        for index in limbs.indices.reversed() where limbs[index] != 0 || remainder != 0 {
            (limbs[index], remainder) = divisor.dividingFullWidth((remainder, limbs[index]))
        }
    }
}
