import RedisDriver
import ServiceRuntime
import Shared

/// Writes prices, each stamped by the server that keeps it.
struct MarketWriter {
    private let store: RedisPriceStore

    init(_ context: Context) throws { store = RedisPriceStore(try context.redis()) }

    /// All in one round trip; the first that was not written is the error.
    func publish(_ prices: [(Symbol, bid: Price, ask: Price)]) throws(StoreError) {
        guard !prices.isEmpty else { return }
        let quotes = prices.map { RedisPriceStore.Quote(symbol: $0.0, bid: $0.bid, ask: $0.ask) }
        for result in store.publish(quotes) { try result.get() }
    }
}
