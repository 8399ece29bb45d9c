import Shared
import Testing

@testable import Statements

/// The recorded profits follow from the recorded prices, to the cent, by arithmetic that shares
/// nothing with the rules of money: whole numbers of 128 bits, rounded once, half away from zero
/// (domain §2, §6).
@Suite struct RecordedProfitTests {
    @Test func us30ProfitsFollowFromPrices() throws {
        let positions = try Recorded.positions.statement().positions(of: "US30")
        let equal = positions.filter { _, position in
            cents(position, contractSize: 1, rate: 1) == cents(of: position.profit)
        }
        #expect(equal.count == 28)
        #expect(positions.count == 28)
    }

    @Test func nzdcadProfitsFollowFromPricesAndSevenRates() throws {
        let positions = try Recorded.positions.statement().positions(of: "NZDCAD")
        let rates = try Recorded.rates.ticks().ticks
        let rateAt = Dictionary(uniqueKeysWithValues: rates.map { ($0.time, $0.ask) })
        #expect(rates.count == 7)
        #expect(Set(positions.map(\.position.closeTime)) == Set(rateAt.keys))
        for (row, position) in positions {
            let rate = try #require(rateAt[position.closeTime])
            let computed = cents(position, contractSize: 100_000, rate: rate)
            #expect(computed == cents(of: position.profit), "row \(row)")
        }
        #expect(positions.count == 11)
    }

    @Test func aRateThatIsOffByThreePipsIsNoticed() throws {
        let positions = try Recorded.positions.statement().positions(of: "NZDCAD")
        let largest = try #require(positions.first { $0.row == 42 }).position
        for wrong in ["1.36509", "1.36569"] {
            let computed = cents(largest, contractSize: 100_000, rate: try Price(wrong))
            #expect(computed != cents(of: largest.profit), "at \(wrong)")
        }
    }

    @Test func xauusdProfitsFollowFromPrices() throws {
        let positions = try Recorded.orderBook.statement().positions(of: "XAUUSD")
        let equal = positions.filter { _, position in
            cents(position, contractSize: 100, rate: 1) == cents(of: position.profit)
        }
        #expect(equal.count == 11)
    }

    /// (close − open) × volume × contract size ÷ rate, in cents.
    private func cents(
        _ position: RecordedPosition, contractSize: Int128, rate: Price
    ) -> Int128 {
        let rise = Int128(position.closePrice.raw) - Int128(position.openPrice.raw)
        let gain = position.side == .buy ? rise : -rise
        // Price and volume have eight decimals each, the rate takes eight away, cents leave two.
        let dividend = gain * Int128(position.volume.raw) * contractSize
        let divisor = Int128(rate.raw) * 1_000_000
        let (quotient, rest) = dividend.magnitude.quotientAndRemainder(
            dividingBy: divisor.magnitude)
        let rounded = Int128(rest * 2 >= divisor.magnitude ? quotient + 1 : quotient)
        return gain < 0 ? -rounded : rounded
    }

    private func cents(of money: Money) -> Int128 { Int128(money.raw) / 1_000_000 }
}
