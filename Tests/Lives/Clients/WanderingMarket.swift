import Shared
import TestSupport

/// Prices that wander, one tick a second for each symbol.
struct Market {
    private var mids: [(symbol: Symbol, raw: Int64, spread: Int64)]
    private var lastTick: Int64 = 0

    init() throws {
        mids = try [("EURUSD", "1.1"), ("USDJPY", "150"), ("XAUUSD", "2400"), ("BTCUSD", "60000")]
            .map { symbol, mid in
                let raw = try Price(mid).raw
                return (try Symbol(symbol), raw, raw / 20_000)
            }
    }

    mutating func tick(_ world: MemoryWorld, _ random: inout SplitMix64) {
        guard world.now - lastTick >= 1_000 else { return }
        lastTick = world.now
        for index in mids.indices {
            let step = mids[index].raw / 2_000
            mids[index].raw += Int64(random.below(Int(2 * step))) - step
            // Cut to five digits behind the point, as a feed sends them.
            let bid = (mids[index].raw - mids[index].spread) / 1_000 * 1_000
            let ask = (mids[index].raw + mids[index].spread) / 1_000 * 1_000
            world.tick(mids[index].symbol, bid: Price(raw: bid), ask: Price(raw: ask))
        }
    }
}
