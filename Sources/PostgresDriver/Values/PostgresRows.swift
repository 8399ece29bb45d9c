internal import CLibpq

/// What a statement answered: rows of named columns, and how many rows it changed.
package struct PostgresRows {
    private let result: ResultHandle
    private let columns: [String: Int32]

    init(_ result: ResultHandle) {
        self.result = result
        var columns: [String: Int32] = [:]
        for index in 0..<PQnfields(result.pointer) {
            guard let name = PQfname(result.pointer, index) else { continue }
            // As libpq looks names up: the first of two columns of one name.
            let text = String(cString: name)
            if columns[text] == nil { columns[text] = index }
        }
        self.columns = columns
    }

    /// Rows changed, or read.
    package var affected: Int {
        PQcmdTuples(result.pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// `COMMIT`, `INSERT 0 3`, …
    var tag: String { PQcmdStatus(result.pointer).map { String(cString: $0) } ?? "" }

    fileprivate func column(_ name: String) throws(PostgresError) -> Int32 {
        guard let index = columns[name] else {
            throw PostgresError(.fault, .read, "the answer has no column \(name)")
        }
        return index
    }

    fileprivate func value(_ row: Int, _ name: String) throws(PostgresError) -> String? {
        let index = try column(name)
        let line = Int32(row)
        guard PQgetisnull(result.pointer, line, index) == 0,
            let start = PQgetvalue(result.pointer, line, index)
        else { return nil }
        let length = Int(PQgetlength(result.pointer, line, index))
        return start.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
    }
}

extension PostgresRows: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { Int(PQntuples(result.pointer)) }

    package subscript(position: Int) -> PostgresRow {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return PostgresRow(rows: self, index: position)
    }
}

/// One row. A column that is not there, a NULL where a value is asked for and a text that does not
/// read as asked are each a `fault` that names the column.
package struct PostgresRow {
    fileprivate let rows: PostgresRows
    fileprivate let index: Int

    package func isNull(_ column: String) throws(PostgresError) -> Bool {
        try optionalText(column) == nil
    }

    /// The value as Postgres writes it; nil is NULL. A `NUMERIC(20,8)` has all its eight decimals.
    package func optionalText(_ column: String) throws(PostgresError) -> String? {
        try rows.value(index, column)
    }

    package func text(_ column: String) throws(PostgresError) -> String {
        guard let text = try optionalText(column) else {
            throw PostgresError(.fault, .read, "column \(column) is null")
        }
        return text
    }

    package func optionalInt64(_ column: String) throws(PostgresError) -> Int64? {
        guard let text = try optionalText(column) else { return nil }
        guard let number = Int64(text) else {
            throw PostgresError(.fault, .read, "column \(column) is not a 64-bit integer")
        }
        return number
    }

    package func int64(_ column: String) throws(PostgresError) -> Int64 {
        guard let number = try optionalInt64(column) else {
            throw PostgresError(.fault, .read, "column \(column) is null")
        }
        return number
    }

    package func bool(_ column: String) throws(PostgresError) -> Bool {
        switch try text(column) {
        case "t": return true
        case "f": return false
        default: throw PostgresError(.fault, .read, "column \(column) is not a boolean")
        }
    }
}
