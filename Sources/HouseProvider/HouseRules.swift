/// By what the house fills (domain §5).
struct HouseRules: Sendable {
    /// Milliseconds. The house never acts on a price older than this (`MAX_PRICE_AGE`). 5,000.
    var maxPriceAge: Int64

    init(maxPriceAge: Int64 = 5_000) { self.maxPriceAge = maxPriceAge }
}
