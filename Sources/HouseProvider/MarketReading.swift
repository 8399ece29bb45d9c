import ServiceRuntime
import Shared

/// The prices of a batch's symbols, read at once, with the clocks of the places where something is
/// to be done at them; and which could not be read.
struct MarketReading {
    private(set) var prices = Prices()
    /// Of each symbol's places: TIME of their servers, no later than its price.
    private var times: [Symbol: [FillPlace: Int64]] = [:]
    /// Symbols of which it is not known whether they have a price. Their requests are held.
    private(set) var unread: [Symbol: StoreError] = [:]

    /// A store that is away leaves all unread. A price that the store refuses to read is found by
    /// reading one by one, so that it holds up no other symbol.
    ///
    /// - Parameter places: by symbol, where something is to be done at its price.
    init(_ places: [Symbol: Set<FillPlace>], from store: any FillPriceStore) {
        guard !places.isEmpty else { return }
        do throws(StoreError) {
            let all = places.values.reduce(into: Set<FillPlace>()) { $0.formUnion($1) }
            try read(Array(places.keys), for: all, store)
        } catch {
            for (symbol, places) in places {
                if error.isUnavailable {
                    unread[symbol] = error
                } else {
                    readAlone(symbol, for: places, store)
                }
            }
        }
    }

    private mutating func readAlone(
        _ symbol: Symbol, for places: Set<FillPlace>, _ store: any FillPriceStore
    ) {
        do throws(StoreError) {
            try read([symbol], for: places, store)
        } catch {
            unread[symbol] = error
        }
    }

    private mutating func read(
        _ symbols: [Symbol], for places: Set<FillPlace>, _ store: any FillPriceStore
    ) throws(StoreError) {
        let stamped = try store.prices(Set(symbols), for: places)
        for symbol in symbols {
            prices[symbol] = stamped.prices[symbol]
            times[symbol] = stamped.times
        }
    }

    /// What a symbol trades at, as it may be acted on at a place.
    func price(of symbol: Symbol, at place: FillPlace, _ rules: HouseRules) -> FreshPrice {
        guard unread[symbol] == nil else { return .unknown }
        guard let price = prices[symbol], rules.accepts(price) else { return .missing }
        guard let time = times[symbol]?[place] else { return .unknown }
        let left = rules.maxPriceAge - price.ageMilliseconds
        return .fresh(price, Freshness(since: time, left: left))
    }
}

/// What the house knows of a price.
enum FreshPrice: Equatable {
    case fresh(MarketPrice, Freshness)
    /// There is none that may be acted on.
    case missing
    /// It could not be read, or not the clock of the place where it is to be acted on.
    case unknown
}
