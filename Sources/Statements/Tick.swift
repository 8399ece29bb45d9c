package import Shared

/// One recorded price of an instrument.
package struct Tick: Sendable, Equatable {
    /// Milliseconds since 1970, UTC.
    package let time: Int64
    package let symbol: Symbol
    package let bid: Price
    /// Never below `bid`.
    package let ask: Price
}

/// Why a tick file was refused, and where.
package struct TickError: Error, Sendable, Equatable {
    /// Line of the file, counted from 1; the header is line 1.
    package let row: Int
    /// The column at fault; nil when the row as a whole is.
    package let column: Column?
    package let rule: Rule

    /// The columns of a tick file, in order.
    package enum Column: String, Sendable, CaseIterable { case timestamp, symbol, bid, ask }

    /// The rules that a row can break.
    package enum Rule: Error, Sendable, Equatable {
        /// The first line is not `timestamp,symbol,bid,ask`.
        case header
        case notUTF8
        /// Longer than any tick can be: the file is something else.
        case tooLong
        /// A blank line between rows.
        case blankRow
        case fieldCount(Int)
        case time(String, TimeFault)
        /// Earlier than the row before.
        case runsBackwards(String)
        case symbol(NameError)
        case number(String, NumberError)
        case notPositive(String)
    }
}

extension TickError {
    /// Short and bounded, for counters.
    package var name: String {
        switch rule {
        case .header: "header"
        case .notUTF8: "not_utf8"
        case .tooLong: "too_long"
        case .blankRow: "blank_row"
        case .fieldCount: "field_count"
        case .time: "time"
        case .runsBackwards: "runs_backwards"
        case .symbol: "symbol"
        case .number: "number"
        case .notPositive: "not_positive"
        }
    }
}

extension TickError: CustomStringConvertible {
    /// One line for people: row, column and rule.
    package var description: String {
        let place = column.map { ", \($0.rawValue)" } ?? ""
        return "row \(row)\(place): \(rule)"
    }
}

extension TickError.Rule: CustomStringConvertible {
    /// The rule in words, with the text that broke it.
    package var description: String {
        switch self {
        case .header: "the file does not begin with 'timestamp,symbol,bid,ask'"
        case .notUTF8: "is not UTF-8"
        case .tooLong: "is too long for a tick"
        case .blankRow: "is blank, and rows follow"
        case .fieldCount(let found): "\(found) fields for 4 columns"
        case .time(let text, let fault): "'\(text)' is not a time: \(fault.rawValue)"
        case .runsBackwards(let text): "'\(text)' is earlier than the row before"
        case .symbol(let error): "\(error)"
        case .number(let text, let error): "'\(text)' is not a number: \(error)"
        case .notPositive(let text): "'\(text)' is not above zero"
        }
    }
}
