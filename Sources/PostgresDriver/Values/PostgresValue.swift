/// One parameter of a statement, sent as text; the statement's casts give it its type.
package enum PostgresValue: Sendable, Hashable {
    case null
    /// Also for decimals, times and JSON: their text, exactly as it is.
    case text(String)
    case integer(Int64)
    case bool(Bool)
    /// `text[]`, `numeric[]`, `jsonb[]`, …: nil is an element NULL.
    case array([String?])
    /// `bigint[]`: nil is an element NULL.
    case integers([Int64?])

    package static func optional(_ text: String?) -> PostgresValue {
        text.map { .text($0) } ?? .null
    }

    package static func optional(_ number: Int64?) -> PostgresValue {
        number.map { .integer($0) } ?? .null
    }
}

/// SQL text with parameters `$1`, `$2`, …; prepared once a session, by its text.
///
/// The text is a constant of the program: values belong into parameters, so that the number of
/// different texts stays small.
package struct PostgresStatement: Sendable, Hashable {
    package let sql: String
    package let values: [PostgresValue]

    package init(_ sql: String, _ values: [PostgresValue] = []) {
        self.sql = sql
        self.values = values
    }
}
