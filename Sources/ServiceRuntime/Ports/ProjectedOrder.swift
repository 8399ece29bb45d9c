package import Shared

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
