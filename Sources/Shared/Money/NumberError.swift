/// Why a number could not be read, or why a sum, product or quotient has no answer (domain §2).
///
/// Every rule of money throws this one type, so that a decision has one kind of failure to answer.
package enum NumberError: Error, Hashable, Sendable {
    /// The text is empty.
    case empty
    /// The text is not plain decimal: an optional `-`, digits, optionally `.` and digits.
    case notANumber(String)
    /// More than eight digits behind the point.
    case tooManyDecimals(String)
    /// Well formed, but beyond ±92233720368.54775807, or not in the range that the rule allows.
    case outOfRange(String)
    /// A sum, product or quotient beyond that range.
    case overflow
    /// A divisor (leverage, rate, quantity) is zero.
    case divisionByZero
    /// An amount in this currency has to be turned into dollars, and there is no rate for it.
    case noRate(Currency)

    /// The reason text that commands and dead letters carry: short, bounded, countable.
    package var code: String {
        switch self {
        case .empty: "empty"
        case .notANumber: "not_a_number"
        case .tooManyDecimals: "too_many_decimals"
        case .outOfRange: "out_of_range"
        case .overflow: "overflow"
        case .divisionByZero: "division_by_zero"
        case .noRate: "no_rate"
        }
    }
}

extension NumberError: CustomStringConvertible {
    /// The code and what was read, for the log.
    package var description: String {
        switch self {
        case .notANumber(let text), .tooManyDecimals(let text), .outOfRange(let text):
            "\(code) '\(text)'"
        case .noRate(let currency): "\(code) \(currency)"
        case .empty, .overflow, .divisionByZero: code
        }
    }
}
