/// An event as an entry of `events:{p}` carries it. What others read stands under its own name; the
/// rest of the order's snapshot stands together in one field, as a netstring of names and values: a
/// server spends several times as long on an entry of ninety fields as on one of forty.
package enum EventEntry {
    package static let snapshot = "snapshot"

    /// Fields of the order that the reference's readers know events by (domain §8).
    private static let plain: Set<String> = [
        "order_id", "user_type", "user_id", "account_number", "symbol", "order_type",
        "order_quantity", "order_price", "status", "order_status", "execution_status", "margin",
        "contract_value", "commission", "commission_entry", "commission_exit", "swap",
        "profit_usd", "net_profit", "close_price", "close_message", "stop_loss", "take_profit",
        "close_id", "flow", "reject_reason", "provider_exec_id", "provider_ord_status",
        "provider_avspx", "provider_cumqty", "provider_reason",
    ]

    private static let packed: Set<String> = {
        var names = Order.allNames.subtracting(plain)
        names.remove("type")
        names.insert(Record.instrumentType)
        return names
    }()

    /// The entry's fields.
    package static func fields(of event: Fields) -> Fields {
        var entry = Fields()
        entry.reserve(event.list.count)
        var rest = Fields()
        rest.reserve(event.list.count)
        for field in event.list {
            if packed.contains(field.name) {
                rest.append(field.name, field.value)
            } else {
                entry.append(field.name, field.value)
            }
        }
        if !rest.isEmpty { entry.append(snapshot, Netstring.encode(rest)) }
        return entry
    }

    /// The whole event again. Throws where the snapshot is none.
    package static func event(_ entry: Fields) throws(FieldError) -> Fields {
        guard let text = entry[snapshot] else { return entry }
        guard let parts = Netstring.decode(text), parts.count.isMultiple(of: 2) else {
            throw FieldError(snapshot, String(text.prefix(80)), rule: "has no names and values")
        }
        var event = Fields()
        event.reserve(entry.list.count + parts.count / 2)
        for field in entry.list where field.name != snapshot {
            event.append(field.name, field.value)
        }
        for index in stride(from: 0, to: parts.count, by: 2) {
            event.append(parts[index], parts[index + 1])
        }
        return event
    }
}
