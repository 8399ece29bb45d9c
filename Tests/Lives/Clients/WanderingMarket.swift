package import Shared
package import TestSupport

/// Prices that wander, at most one tick for each symbol in so long.
package struct WanderingMarket {
    /// What a symbol trades at.
    package struct Tick {
        package let symbol: Symbol
        package let bid: Price
        package let ask: Price
    }

    private var mids: [(symbol: Symbol, raw: Int64, spread: Int64)]
    private let pause: Int64
    private var lastTick: Int64 = 0
    /// The last tick of each symbol.
    package private(set) var ticks: [Tick] = []

    /// - Parameter pause: milliseconds between two ticks.
    package init(pause: Int64) throws {
        self.pause = pause
        mids = try [("EURUSD", "1.1"), ("USDJPY", "150"), ("XAUUSD", "2400"), ("BTCUSD", "60000")]
            .map { symbol, mid in
                let raw = try Price(mid).raw
                return (try Symbol(symbol), raw, raw / 20_000)
            }
    }

    /// Moves on where it is time; says whether it was.
    package mutating func tick(at now: Int64, _ random: inout SplitMix64) -> Bool {
        guard now - lastTick >= pause else { return false }
        lastTick = now
        ticks = []
        for index in mids.indices {
            let step = mids[index].raw / 2_000
            mids[index].raw += Int64(random.below(Int(2 * step))) - step
            // Cut to five digits behind the point, as a feed sends them.
            let bid = (mids[index].raw - mids[index].spread) / 1_000 * 1_000
            let ask = (mids[index].raw + mids[index].spread) / 1_000 * 1_000
            ticks.append(
                Tick(symbol: mids[index].symbol, bid: Price(raw: bid), ask: Price(raw: ask)))
        }
        return true
    }

    /// What a symbol traded at last.
    package func price(of symbol: Symbol) -> MarketPrice? {
        ticks.first { $0.symbol == symbol }.map {
            MarketPrice(bid: $0.bid, ask: $0.ask, ageMilliseconds: 0)
        }
    }
}
