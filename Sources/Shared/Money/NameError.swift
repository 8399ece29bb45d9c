/// A name of the trade that is not one: what it should have been, and the text that came.
package enum NameError: Error, Hashable, Sendable {
    case symbol(String)
    case currency(String)
    case side(String)
    case instrumentType(String)

    /// The reason text that commands and dead letters carry.
    package var code: String {
        switch self {
        case .symbol: "bad_symbol"
        case .currency: "bad_currency"
        case .side: "bad_side"
        case .instrumentType: "bad_instrument_type"
        }
    }

    /// The rule that the text breaks.
    package var rule: String {
        switch self {
        case .symbol: "1 to 20 of A-Z 0-9 . _ - #"
        case .currency: "3 to 6 of A-Z 0-9"
        case .side: "BUY or SELL"
        case .instrumentType: "1 (forex), 2 (commodity), 3 (index) or 4 (crypto)"
        }
    }
}

extension NameError: CustomStringConvertible {
    /// The code, the text as it came (its head, when it is long) and the rule, for the log.
    package var description: String {
        switch self {
        case .symbol(let text), .currency(let text), .side(let text), .instrumentType(let text):
            "\(code) '\(text.prefix(40))': must be \(rule)"
        }
    }
}
