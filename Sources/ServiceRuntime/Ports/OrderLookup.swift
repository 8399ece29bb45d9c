package import Shared

/// From any id to its account. Each call is one pipelined round trip.
package protocol OrderLookup: AnyObject {
    /// The orders that ids lead to; nil for an id that nobody knows.
    func lookUp(_ ids: [LifecycleID]) -> [Result<OrderID?, StoreError>]

    /// The accounts of orders, from `order_data`; nil where it does not exist.
    func accounts(of orders: [OrderID]) -> [Result<AccountID?, StoreError>]
}
