import Shared

/// The limits by which commands are judged (domain §7).
struct OrderEntryRules: Sendable {
    /// Active orders that an account may have (`MAX_OPEN_ORDERS`). 1,000.
    var maxOpenOrders: Int
    /// Milliseconds. A price older than this is refused as stale (`MAX_PRICE_AGE`). 5,000.
    var maxPriceAge: Int64
    /// When instruments of types 1 to 3 take new orders (`MARKET_HOURS`). Weekdays.
    var marketHours: MarketHours
    /// The providers that have a queue, the house not counted.
    var providers: Set<Provider>
    /// Where orders of copy accounts go that name no provider (`DEFAULT_PROVIDER`).
    var defaultProvider: Provider

    init(
        maxOpenOrders: Int = 1_000, maxPriceAge: Int64 = 5_000,
        marketHours: MarketHours = .weekdays, providers: Set<Provider>, defaultProvider: Provider
    ) {
        self.maxOpenOrders = maxOpenOrders
        self.maxPriceAge = maxPriceAge
        self.marketHours = marketHours
        self.providers = providers
        self.defaultProvider = defaultProvider
    }

    /// The longest that a command may wait for its decision, milliseconds: 12 hours. It is also how
    /// long one without `ttl_ms` waits.
    static let longestTTL: Int64 = 12 * 3_600_000
}

/// When new orders are taken; closing always is (domain §5).
enum MarketHours: String, Sendable, CaseIterable {
    /// Types 1 to 3 from Monday to Friday, UTC; crypto always.
    case weekdays
    case always

    /// - Parameter now: milliseconds since 1970.
    func isOpen(for type: InstrumentType, at now: Int64) -> Bool {
        switch (self, type) {
        case (.always, _), (.weekdays, .crypto): return true
        case (.weekdays, .forex), (.weekdays, .commodity), (.weekdays, .index):
            // The first of January 1970 was a Thursday; 0 is Sunday, 6 is Saturday.
            let weekday = (now / 86_400_000 + 4) % 7
            return weekday != 0 && weekday != 6
        }
    }
}
