/// Rows on their way into one table. Values are text as Postgres reads them; nil is NULL.
package struct Batch: Sendable {
    /// More rows to a statement gain nothing and hold locks for longer (architecture §5).
    package static let mostRows = 1_000

    package let table: BatchTable
    package private(set) var count = 0
    private var columns: [[String?]]

    package init(_ table: BatchTable) {
        self.table = table
        self.columns = Array(repeating: [], count: table.columns.count)
    }

    package var isEmpty: Bool { count == 0 }

    /// Adds one row, its values in the order of the table's columns.
    ///
    /// - Throws: `fault` when there are more or fewer values than columns, or the batch is full.
    package mutating func append(_ row: [String?]) throws(PostgresError) {
        guard row.count == columns.count else {
            let why = "\(table.name): \(row.count) values for \(columns.count) columns"
            throw PostgresError(.fault, .run, why)
        }
        guard count < Self.mostRows else {
            throw PostgresError(.fault, .run, "\(table.name): more than \(Self.mostRows) rows")
        }
        for (index, value) in row.enumerated() { columns[index].append(value) }
        count += 1
    }

    /// Two rows of one key in a `keepNewest` batch are a `fault` at the server (SQLSTATE 21000):
    /// fold them first.
    package var statement: PostgresStatement {
        PostgresStatement(table.sql, columns.map { .array($0) })
    }
}
