package import Shared

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

extension ProjectedOrder {
    /// What an event says to other readers; nil for steps of the account alone.
    ///
    /// - Parameter entry: as the stream carries it.
    package init?(_ entry: Fields) throws(MessageError) {
        try MessageVersion.check(entry)
        guard entry.present("order_id") != nil else { return nil }
        do throws(FieldError) {
            let event = try EventEntry.event(entry)
            let key = try event.required("key") { try OrderKey(text: $0) }
            let state = try event.required("to_state")
            guard let state = OrderState(rawValue: state) else {
                throw FieldError("to_state", state, rule: "is no state that this version knows")
            }
            let ids = NamedList(text: event["ids"] ?? "")
            self.init(
                key: key, symbol: try event.required("symbol") { try Symbol($0) },
                number: try event.required("orders_version", Number.int64),
                version: try event.required("order_version", Number.int64),
                activeOfSymbol: Int(try event.required("symbol_active", Number.int64)),
                isTerminal: state.isTerminal,
                ids: try ids.entries.map { entry throws(FieldError) in
                    try Fields.read("ids", String(entry.name)) { try LifecycleID($0) }
                },
                fields: Order.snapshot(ofEvent: event))
        } catch {
            throw .unreadable(error)
        }
    }
}
