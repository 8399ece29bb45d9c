package import Shared

/// What consumers of `events:{p}` need besides their lane.
package protocol EventStore: AnyObject {
    /// Removes entries that every group has acknowledged, older than `keep` milliseconds by the
    /// server's clock. Returns how many went.
    func trim(partition: Int, keep: Int64) throws(StoreError) -> Int

    /// The clock of the server that keeps the partition's reports, and stamped their arrival, ms.
    func time(partition: Int) throws(StoreError) -> Int64
}

/// The records of accounts whose persistence has stopped: `parked:{p}`, where settling moves them.
package protocol ParkedStore: AnyObject {
    /// Records behind an entry, in the order in which they were parked, with the fields of the
    /// events that they were.
    func parked(partition: Int, after: EntryID, count: Int) throws(StoreError) -> [Entry]

    /// Removes records that have come to where they belong. It needs no lease: they are there for
    /// good, whoever says so.
    func removeParked(_ entries: [EntryID], partition: Int) throws(StoreError)
}

/// What the projector writes for other readers, each guarded so that a repeat or a sleeper changes
/// nothing. One pipelined round trip a call.
package protocol ProjectionStore: AnyObject {
    func project(_ changes: [ProjectedOrder]) -> [Result<Void, StoreError>]
}

/// One order's event as others see it: its copy in `order_data`, whether its account holds the
/// symbol, and whether its ids lead on or expire.
package struct ProjectedOrder: Sendable, Equatable {
    package let key: OrderKey
    package let symbol: Symbol
    /// `orders_version` of the account.
    package let number: Int64
    /// `version` of the order.
    package let version: Int64
    /// Active orders of this symbol that the account has.
    package let activeOfSymbol: Int
    package let isTerminal: Bool
    /// All lifecycle ids of the order but its own.
    package let ids: [LifecycleID]
    /// The snapshot for `order_data`.
    package let fields: Fields

    package init(
        key: OrderKey, symbol: Symbol, number: Int64, version: Int64, activeOfSymbol: Int,
        isTerminal: Bool, ids: [LifecycleID], fields: Fields
    ) {
        self.key = key
        self.symbol = symbol
        self.number = number
        self.version = version
        self.activeOfSymbol = activeOfSymbol
        self.isTerminal = isTerminal
        self.ids = ids
        self.fields = fields
    }
}
