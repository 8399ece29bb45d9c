/// An order's own id: the decimal text of a positive 63-bit number (domain §4). It never changes,
/// whatever ids a provider uses for the order.
package struct OrderID: Sendable {
    package let number: Int64
    package let text: String

    package init(number: Int64) {
        self.number = number
        text = String(number)
    }

    package init(_ text: String) throws(KeyError) {
        guard !text.isEmpty else { throw .empty(field: "order_id") }
        guard let number = Int64(text), number > 0, text.utf8.first != UInt8(ascii: "0"),
            text.utf8.first != UInt8(ascii: "+")
        else {
            throw .malformed(
                field: "order_id", text: text, rule: "a positive decimal number of 63 bits")
        }
        self.number = number
        self.text = text
    }
}

extension OrderID: Hashable, Comparable, CustomStringConvertible {
    package static func == (left: OrderID, right: OrderID) -> Bool { left.number == right.number }
    package static func < (left: OrderID, right: OrderID) -> Bool { left.number < right.number }
    package func hash(into hasher: inout Hasher) { hasher.combine(number) }
    package var description: String { text }
}
