package import Shared

/// Prices alone.
package protocol PriceStore: AnyObject {
    /// Prices of any age, with their age by the clock of the server that holds them.
    func prices(_ symbols: Set<Symbol>) throws(StoreError) -> Prices
}
