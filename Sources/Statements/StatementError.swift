package import Shared

/// Why a statement was refused, and where. Nothing of a refused file is used.
package struct StatementError: Error, Sendable, Equatable {
    /// Line of the file, counted from 1; the header is line 1.
    package let row: Int
    /// The column at fault; nil when the row as a whole is.
    package let column: StatementColumn?
    package let rule: Rule

    /// The rules that a row can break. Text is quoted as the file has it.
    package enum Rule: Error, Sendable, Equatable {
        /// The file has no header.
        case empty
        /// The row is not UTF-8.
        case notUTF8
        /// A quoted field does not end on its line.
        case unclosedQuote
        /// Text follows the closing quote of a field.
        case textAfterQuote
        /// A column that this reader does not know: its content would be dropped.
        case unknownColumn(String)
        /// A column stands in the header more often than it has meanings.
        case repeatedColumn(String)
        /// The header lacks a column.
        case missingColumn(StatementColumn)
        /// A blank line between rows.
        case blankRow
        /// The row has more fields than the header has columns.
        case tooManyFields(Int, expected: Int)
        /// This type of row needs the field.
        case missing
        /// This type of row has no such field: its content would be dropped.
        case mustBeEmpty(String)
        case time(String, TimeFault)
        case number(String, NumberError)
        /// Blanks group the digits otherwise than in threes.
        case grouping(String)
        case symbol(NameError)
        /// Volumes and prices are above zero, legs zero (none) or above.
        case notPositive(String)
        /// A balance row that changes nothing.
        case zero
        case unknownType(String)
        /// Part of a position was closed: its closed volume is another than its volume.
        case closedInPart(String)
        /// The closing lies before the opening.
        case closesBeforeOpening(String)
        /// A pending order that ended otherwise than by being cancelled.
        case notCancelled(String)
    }
}

extension StatementError {
    /// Short and bounded, for counters.
    package var name: String { rule.name }
}

extension StatementError.Rule {
    /// Short and bounded, for counters.
    package var name: String {
        switch self {
        case .empty: "empty"
        case .notUTF8: "not_utf8"
        case .unclosedQuote: "unclosed_quote"
        case .textAfterQuote: "text_after_quote"
        case .unknownColumn: "unknown_column"
        case .repeatedColumn: "repeated_column"
        case .missingColumn: "missing_column"
        case .blankRow: "blank_row"
        case .tooManyFields: "too_many_fields"
        case .missing: "missing"
        case .mustBeEmpty: "must_be_empty"
        case .time: "time"
        case .number: "number"
        case .grouping: "grouping"
        case .symbol: "symbol"
        case .notPositive: "not_positive"
        case .zero: "zero"
        case .unknownType: "unknown_type"
        case .closedInPart: "closed_in_part"
        case .closesBeforeOpening: "closes_before_opening"
        case .notCancelled: "not_cancelled"
        }
    }
}

extension StatementError: CustomStringConvertible {
    /// One line for people: row, column and rule.
    package var description: String {
        let place = column.map { ", \($0.label)" } ?? ""
        return "row \(row)\(place): \(rule)"
    }
}

extension StatementError.Rule: CustomStringConvertible {
    /// The rule in words, with the text that broke it.
    package var description: String {
        switch self {
        case .empty: "the file has no header"
        case .notUTF8: "is not UTF-8"
        case .unclosedQuote: "a quoted field does not end on its line"
        case .textAfterQuote: "text follows a closing quote"
        case .unknownColumn(let name): "unknown column '\(name)'"
        case .repeatedColumn(let name): "column '\(name)' stands here too often"
        case .missingColumn(let column): "column \(column.label) is missing"
        case .blankRow: "is blank, and rows follow"
        case .tooManyFields(let found, let expected): "\(found) fields for \(expected) columns"
        case .missing: "is missing"
        case .mustBeEmpty(let text): "must be empty in this type of row, is '\(text)'"
        case .time(let text, let fault): "'\(text)' is not a time: \(fault.rawValue)"
        case .number(let text, let error): "'\(text)' is not a number: \(error)"
        case .grouping(let text): "'\(text)' is not grouped in threes"
        case .symbol(let error): "\(error)"
        case .notPositive(let text): "'\(text)' is not above zero"
        case .zero: "a balance row must change the balance"
        case .unknownType(let text): "unknown type '\(text)'"
        case .closedInPart(let text): "another volume, '\(text)', was closed than opened"
        case .closesBeforeOpening(let text): "'\(text)' lies before the opening"
        case .notCancelled(let text): "ends '\(text)', not 'cancelled'"
        }
    }
}
