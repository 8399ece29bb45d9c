import TestSupport
import Testing

@testable import Shared

@Suite("Prices") struct PriceRulesTests {
    private func price(_ text: String) throws -> Price { try Price(text) }

    @Test("the table of prices, at 1.1 with a half spread of 0.0001")
    func table() throws {
        let (at, half) = (try price("1.1"), try price("0.0001"))
        let (dearer, cheaper) = (try price("1.1001"), try price("1.0999"))
        for (side, added, taken) in [(Side.buy, dearer, cheaper), (.sell, cheaper, dearer)] {
            #expect(
                try PriceRules.pendingPriceSent(side: side, price: at, halfSpread: half) == taken)
            #expect(try PriceRules.fillPrice(side: side, avgpx: at, halfSpread: half) == added)
            #expect(try PriceRules.closePrice(side: side, avgpx: at, halfSpread: half) == taken)
            #expect(try PriceRules.legPriceSent(side: side, price: at, halfSpread: half) == added)
            #expect(
                try PriceRules.legPriceConfirmed(side: side, avgpx: at, halfSpread: half) == taken)
        }
    }

    @Test("a leg comes back from the provider at the price that the user gave")
    func legs() throws {
        let (level, half) = (try price("1.09"), try price("0.00015"))
        for side in Side.allCases {
            let sent = try PriceRules.legPriceSent(side: side, price: level, halfSpread: half)
            #expect(
                try PriceRules.legPriceConfirmed(side: side, avgpx: sent, halfSpread: half) == level
            )
        }
    }

    @Test("the house takes the worse side of the market for the client, both ways")
    func house() throws {
        let market = MarketPrice(bid: 10, ask: 11, ageMilliseconds: 0)
        #expect(PriceRules.houseFill(side: .buy, price: market) == 11)
        #expect(PriceRules.houseFill(side: .sell, price: market) == 10)
        #expect(PriceRules.houseClose(side: .buy, price: market) == 10)
        #expect(PriceRules.houseClose(side: .sell, price: market) == 11)
    }

    /// The market's side that counts stands below, at and above the trigger; the other side stands
    /// where it would decide otherwise.
    private func markets(_ side: Side, counting trigger: Price, other: Price) throws
        -> [MarketPrice]
    {
        let tick = try price("0.00001")
        return [try trigger - tick, trigger, try trigger + tick].map { counted in
            switch side {
            case .buy: MarketPrice(bid: other, ask: counted, ageMilliseconds: 0)
            case .sell: MarketPrice(bid: counted, ask: other, ageMilliseconds: 0)
            }
        }
    }

    @Test(
        "pending orders fire on equality, buys by the ask, sells by the bid",
        arguments: [
            (Side.buy, PendingKind.stop, "1.0999", [false, true, true]),
            (.buy, .limit, "1.0999", [true, true, false]),
            (.sell, .limit, "1.1001", [false, true, true]),
            (.sell, .stop, "1.1001", [true, true, false]),
        ])
    func pending(side: Side, kind: PendingKind, trigger: String, fires: [Bool]) throws {
        for other in ["0.5", "2"] {
            let found = try markets(side, counting: price(trigger), other: price(other)).map {
                try PriceRules.firesPending(
                    side: side, kind: kind, userPrice: price("1.1"), halfSpread: price("0.0001"),
                    at: $0)
            }
            #expect(found == fires)
        }
    }

    @Test(
        "legs fire on equality, of buys by the bid, of sells by the ask",
        arguments: [
            (Side.buy, "1.1001", [true, true, false], [false, true, true]),
            (.sell, "1.0999", [false, true, true], [true, true, false]),
        ])
    func legFires(side: Side, trigger: String, stopLoss: [Bool], takeProfit: [Bool]) throws {
        let (level, half) = (try price("1.1"), try price("0.0001"))
        for other in ["0.5", "2"] {
            let markets = try markets(side.opposite, counting: price(trigger), other: price(other))
            #expect(
                try markets.map {
                    try PriceRules.firesStopLoss(side: side, level: level, halfSpread: half, at: $0)
                } == stopLoss)
            #expect(
                try markets.map {
                    try PriceRules.firesTakeProfit(
                        side: side, level: level, halfSpread: half, at: $0)
                } == takeProfit)
        }
    }

    @Test("a price beyond the range is an error")
    func overflow() {
        let most = Price(raw: .max)
        #expect(throws: NumberError.overflow) {
            try PriceRules.fillPrice(side: .buy, avgpx: most, halfSpread: 1)
        }
        #expect(throws: NumberError.overflow) {
            try PriceRules.closePrice(side: .sell, avgpx: most, halfSpread: 1)
        }
    }
}
