package import Shared

/// A provider message as the wire has it (`workers.md` §2.7).
package enum OutgoingMessage {
    /// Names whose values are numbers on the wire.
    private static let numbers: Set<String> = [
        "order_quantity", "order_price", "close_price", "contract_value", "stoploss", "takeprofit",
    ]

    /// The map that leaves. Prices, lots and contract values go as 64-bit fractions wherever those
    /// say the very same, and as text where they do not; `ts` as a whole number; all else as text.
    ///
    /// - Parameter isOurs: names that stay in the house, such as `key`.
    /// - Throws: `notWhole` for a `ts` that is no whole number.
    package static func map(
        _ fields: Fields, leavingOut isOurs: (String) -> Bool
    ) throws(WireError) -> WireValue {
        var map = WireMap()
        for field in fields.list where !isOurs(field.name) {
            try map.add(field.name, try value(field))
        }
        return .map(map)
    }

    private static func value(_ field: Fields.Field) throws(WireError) -> WireValue {
        if field.name == "ts" {
            guard let milliseconds = Int64(field.value) else { throw .notWhole(field.name) }
            return .integer(milliseconds)
        }
        guard numbers.contains(field.name), let number = WireNumber.double(field.value) else {
            return .text(field.value)
        }
        return .double(number)
    }
}
