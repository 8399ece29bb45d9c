import Testing

@testable import Shared

@Suite("Decimal arithmetic") struct FixedArithmeticTests {
    private let most = Money(raw: .max)

    @Test("sums and differences")
    func sums() throws {
        #expect(try Price("1.1") + Price("0.0001") == Price("1.1001"))
        #expect(try Price("1.1") - Price("2") == Price("-0.9"))
        #expect(try -Price("1.5") == Price("-1.5"))
        #expect(try Price("-1.5").magnitude == Price("1.5"))
        #expect(-most == Money(raw: -.max))
        #expect(try most - most == 0)
    }

    @Test("a sum beyond the range is an error, never another number")
    func overflow() {
        let step = Money(raw: 1)
        #expect(throws: NumberError.overflow) { try most + step }
        #expect(throws: NumberError.overflow) { try -most - step }
        #expect(throws: NumberError.overflow) { try -most - most }
        #expect(throws: NumberError.overflow) { try most.times(2) }
        #expect(throws: NumberError.overflow) { try most.over(Factor(raw: 1)) }
        #expect(throws: NumberError.overflow) { try most.cents() }
        #expect(throws: NumberError.divisionByZero) { try most.over(0) }
    }

    @Test("a + b − b is a")
    func inverse() throws {
        var random = Seeded(seed: 2)
        for _ in 0..<20_000 {
            let (left, right) = (Money(raw: random.raw(bits: 62)), Money(raw: random.raw(bits: 62)))
            #expect(try left + right - right == left)
            #expect(try left + right == right + left)
            #expect(try left - right == -(right - left))
        }
    }

    @Test("signs, order and literals")
    func comparison() throws {
        #expect(Money.zero.isZero && !Money.zero.isPositive && !Money.zero.isNegative)
        #expect(Money(raw: 1).isPositive && Money(raw: -1).isNegative)
        #expect(try [Price("2"), Price("-3"), Price("0.5")].sorted() == [-3, Price("0.5"), 2])
        #expect(Factor(3).raw == 300_000_000)
    }

    @Test(
        "lots in steps",
        arguments: [
            ("0.03", "0.01", true), ("0.035", "0.01", false), ("1", "0.1", true),
            ("0", "0.1", true),
            ("0", "0", true), ("1", "0", false), ("-0.02", "0.01", true), ("0.01", "0.03", false),
        ])
    func multiples(quantity: String, step: String, expected: Bool) throws {
        #expect(try Quantity(quantity).isMultiple(of: Quantity(step)) == expected)
    }

    @Test(
        "cents are rounded half away from zero",
        arguments: [
            ("10.225", "10.23"), ("18.225", "18.23"), ("-2.025", "-2.03"), ("2.675", "2.68"),
            ("1.005", "1.01"), ("0.125", "0.13"), ("0.375", "0.38"), ("0.00499999", "0"),
            ("-0.005", "-0.01"), ("0.005", "0.01"), ("7", "7"), ("-0.00499999", "0"),
        ])
    func cents(text: String, expected: String) throws {
        #expect(try Money(text).cents() == Money(expected))
    }
}

@Suite("Exact products") struct WideTests {
    @Test("agrees with 128-bit integers wherever those suffice")
    func oracle() throws {
        var random = Seeded(seed: 3)
        for _ in 0..<20_000 {
            let (left, right) = (
                Price(raw: random.raw(bits: 50)), Factor(raw: random.raw(bits: 50))
            )
            let divisor = Factor(raw: random.raw(bits: 40))
            guard !divisor.isZero else { continue }
            // left × right ÷ divisor in raw units needs no scale at all.
            let product = Int128(left.raw) * Int128(right.raw)
            let expected = roundedQuotient(product, Int128(divisor.raw))
            let found: Result<Price, NumberError> = result { () throws(NumberError) in
                try Wide(left).times(right).over(divisor).rounded()
            }
            if abs(expected) <= Int128(Int64.max) {
                #expect(found == .success(Price(raw: Int64(expected))))
            } else {
                #expect(found == .failure(.overflow))
            }
        }
    }

    @Test("what was multiplied is divided away again, up to 252 bits")
    func cancels() throws {
        var random = Seeded(seed: 4)
        for _ in 0..<20_000 {
            let value = Money(raw: random.raw(bits: 62))
            let (first, second) = (Price(raw: random.raw()), Quantity(raw: random.raw()))
            guard !first.isZero, !second.isZero else { continue }
            let back: Money = try Wide(value).times(first).times(second)
                .over(first).over(second).rounded()
            #expect(back == value)
        }
    }

    @Test("rounding is the same on both sides of zero")
    func symmetric() throws {
        var random = Seeded(seed: 5)
        for _ in 0..<20_000 {
            let (value, factor) = (
                Money(raw: random.raw(bits: 40)), Factor(raw: random.raw(bits: 40))
            )
            #expect(try (-value).times(factor) == -(value.times(factor)))
            #expect(try value.times(-factor) == -(value.times(factor)))
            #expect(try (-value).cents() == -(value.cents()))
        }
    }

    @Test("a half goes away from zero, less than a half goes to it, at every step")
    func halves() throws {
        let tiny = Money(raw: 1)
        #expect(try tiny.over(2) == tiny)
        #expect(try (-tiny).over(2) == -tiny)
        #expect(try tiny.over(Factor("2.00000001")) == 0)
        #expect(try tiny.times(Factor("0.5")) == tiny)
        #expect(try tiny.times(Factor("0.49999999")) == 0)
        // Rounded to eight places first, this would be half a cent, and then a cent.
        let almost = try Wide(Money("0.00999999")).times(Factor("0.49999999")).over(
            Factor("0.99999899"))
        #expect(try almost.rounded() as Money == Money("0.005"))
        #expect(try almost.rounded(to: .cents) as Money == 0)
    }

    @Test("five factors of the largest market fit, five of the largest numbers do not")
    func size() throws {
        let value: Money = try Wide(ContractSize("100000")).times(Quantity("1000"))
            .times(Price("150000")).times(Factor("1")).times(Price("2")).over(Factor("10000"))
            .rounded()
        #expect(value == 3_000_000_000)
        let most = Factor(raw: .max)
        #expect(throws: NumberError.overflow) {
            try Wide(most).times(most).times(most).times(most).times(most)
        }
        #expect(throws: NumberError.overflow) { try Wide(most).times(most).rounded() as Money }
        #expect(throws: NumberError.overflow) {
            try Wide(most).over(most).over(most).over(most).over(most).rounded() as Money
        }
        #expect(try Wide(most).over(most).over(most).rounded() as Money == 0)
        #expect(
            try Wide(Money(6)).over(Factor(2)).over(Factor(2)).rounded() as Money == Money("1.5"))
    }

    private func result<Value>(
        _ body: () throws(NumberError) -> Value
    ) -> Result<Value, NumberError> {
        Result { () throws(NumberError) in try body() }
    }

    /// Half away from zero, the way of the school book.
    private func roundedQuotient(_ product: Int128, _ divisor: Int128) -> Int128 {
        let (quotient, rest) = abs(product).quotientAndRemainder(dividingBy: abs(divisor))
        let magnitude = 2 * rest >= abs(divisor) ? quotient + 1 : quotient
        return (product < 0) != (divisor < 0) ? -magnitude : magnitude
    }
}
