/// Which way an order goes. The raw value is the text of messages and holdings.
package enum Side: String, Sendable, CaseIterable {
    case buy = "BUY"
    case sell = "SELL"

    /// Reads `BUY` or `SELL`; throws `NameError.side`.
    package init(_ text: String) throws(NameError) {
        guard let side = Side(rawValue: text) else { throw .side(text) }
        self = side
    }

    package var text: String { rawValue }

    package var opposite: Side {
        switch self {
        case .buy: .sell
        case .sell: .buy
        }
    }
}

/// The kind of instrument, by the number that group terms carry (domain §1).
package enum InstrumentType: Int, Sendable, CaseIterable {
    case forex = 1
    case commodity = 2
    case index = 3
    case crypto = 4

    /// Reads `1` to `4`; throws `NameError.instrumentType`.
    package init(_ text: String) throws(NameError) {
        guard let type = Self.allCases.first(where: { $0.text == text }) else {
            throw .instrumentType(text)
        }
        self = type
    }

    package var text: String {
        switch self {
        case .forex: "1"
        case .commodity: "2"
        case .index: "3"
        case .crypto: "4"
        }
    }
}
