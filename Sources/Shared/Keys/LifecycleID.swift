/// What an id that a provider reports on stands for (domain §4).
package enum IDKind: String, Sendable, CaseIterable, Hashable {
    case order
    case close
    case modify
    case cancel
    case stopLoss = "stop_loss"
    case takeProfit = "take_profit"
    case stopLossCancel = "stop_loss_cancel"
    case takeProfitCancel = "take_profit_cancel"

    /// The prefix of our own ids of this kind; an order id has none.
    package var prefix: String {
        switch self {
        case .order: ""
        case .close: "CLS"
        case .modify: "MOD"
        case .cancel: "CXL"
        case .stopLoss: "SL"
        case .takeProfit: "TP"
        case .stopLossCancel: "SLC"
        case .takeProfitCancel: "TPC"
        }
    }
}

/// Any id under which a provider may report on an order: the order's own, that of a request, or
/// one that the provider gave it. Its kind stands in the order's registry, not in its text.
package struct LifecycleID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// 1 to 64 of `A–Z a–z 0–9 . _ : -`.
    package init(_ text: String) throws(KeyError) {
        try IdentifierRule.check(text, field: "id")
        self.text = text
    }

    /// Our own id of a kind: prefix and a generated number.
    package init(_ kind: IDKind, number: Int64) { text = kind.prefix + String(number) }

    package init(_ order: OrderID) { text = order.text }

    package var description: String { text }

    /// The partition of reports whose account is not known: `crc16(id) mod count` (domain §4).
    package func partition(of count: Int) -> Int { Int(CRC16.checksum(text.utf8)) % count }
}

/// The id of a command, chosen by its sender: the same id again gives the same answer.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// 1 to 64 of `A–Z a–z 0–9 . _ : -`.
    package init(_ text: String) throws(KeyError) {
        try IdentifierRule.check(text, field: "request_id")
        self.text = text
    }

    package var description: String { text }
}

/// The alphabet that ids of requests and of lifecycles share: no brace, no space, no separator of
/// our own encodings.
enum IdentifierRule {
    static func check(_ text: String, field: String) throws(KeyError) {
        guard !text.isEmpty else { throw .empty(field: field) }
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
        else { throw .brace(field: field, text: text) }
        guard text.utf8.count <= 64, text.utf8.allSatisfy(isAllowed) else {
            throw .malformed(field: field, text: text, rule: "1 to 64 of A-Z a-z 0-9 . _ : -")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
