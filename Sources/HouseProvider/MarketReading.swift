import ServiceRuntime
import Shared

/// The prices of a batch's symbols, read at once; and which could not be read.
struct MarketReading {
    private(set) var prices = Prices()
    /// Symbols whose price is not known to be there or not. Their requests are held.
    private(set) var unread: Set<Symbol> = []

    /// A store that is away leaves all unread. A price that the store refuses to read is found by
    /// reading one by one, so that it holds up no other symbol.
    init(
        _ symbols: Set<Symbol>, from store: any PriceStore, _ counters: any OutcomeCounting
    ) {
        guard !symbols.isEmpty else { return }
        do throws(StoreError) {
            prices = try store.prices(symbols)
        } catch {
            guard !error.isUnavailable else {
                unread = symbols
                return
            }
            for symbol in symbols { read(symbol, from: store, counters) }
        }
    }

    private mutating func read(
        _ symbol: Symbol, from store: any PriceStore, _ counters: any OutcomeCounting
    ) {
        do throws(StoreError) {
            prices[symbol] = try store.prices([symbol])[symbol]
        } catch {
            unread.insert(symbol)
            counters.alarm(
                "price not readable", ["symbol": symbol.text, "detail": error.description])
        }
    }
}
