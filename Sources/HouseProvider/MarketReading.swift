import ServiceRuntime
import Shared

/// The prices of a batch's symbols, read at once; and which could not be read.
struct MarketReading {
    private(set) var prices = Prices()
    /// Symbols of which it is not known whether they have a price. Their requests are held.
    private(set) var unread: [Symbol: StoreError] = [:]

    /// A store that is away leaves all unread. A price that the store refuses to read is found by
    /// reading one by one, so that it holds up no other symbol.
    init(_ symbols: Set<Symbol>, from store: any PriceStore) {
        guard !symbols.isEmpty else { return }
        do throws(StoreError) {
            prices = try store.prices(symbols)
        } catch {
            for symbol in symbols {
                if error.isUnavailable {
                    unread[symbol] = error
                } else {
                    read(symbol, from: store)
                }
            }
        }
    }

    private mutating func read(_ symbol: Symbol, from store: any PriceStore) {
        do throws(StoreError) {
            prices[symbol] = try store.prices([symbol])[symbol]
        } catch {
            unread[symbol] = error
        }
    }
}
