import Shared
import Testing

@testable import Statements

/// The recorded profits follow from the recorded prices, to the cent: by arithmetic that shares
/// nothing with the rules of money (whole numbers of 128 bits, rounded once, half away from zero),
/// and by those rules (domain §2, §6).
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

    @Test(arguments: [
        (Recorded.positions, "US30", ContractSize(integerLiteral: 1), "USD", 28),
        (.positions, "NZDCAD", 100_000, "CAD", 11), (.orderBook, "XAUUSD", 100, "USD", 11),
    ])
    func theRulesOfMoneyBookTheRecordedProfits(
        file: Recorded, symbol: String, contractSize: ContractSize, currency: String, count: Int
    ) throws {
        let terms = Terms(
            symbol: try Symbol(symbol), contractSize: contractSize,
            profitCurrency: try Currency(currency))
        let rates = try Recorded.rates.ticks().ticks
        var checked = 0
        for (row, position) in try file.statement().positions(of: symbol) {
            let quoted = rates.first { $0.time == position.closeTime }.map {
                ($0.symbol, MarketPrice(bid: $0.bid, ask: $0.ask, ageMilliseconds: 0))
            }
            let prices = Prices(Dictionary(uniqueKeysWithValues: [quoted].compactMap { $0 }))
            let booked = try ProfitRules.close(
                terms: terms, side: position.side, quantity: position.volume,
                entry: position.openPrice, close: position.closePrice,
                conversion: try #require(prices.conversion(for: terms.profitCurrency)))
            #expect(booked == position.profit, "row \(row)")
            checked += 1
        }
        #expect(checked == count)
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

/// What profits need of an instrument; its type and crypto factor matter to margins alone.
private struct Terms: ContractTerms {
    let symbol: Symbol
    let contractSize: ContractSize
    let profitCurrency: Currency
    let type = InstrumentType.forex
    let cryptoMarginFactor: Factor = 1
}
