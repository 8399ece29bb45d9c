/// How rows of one table are written by the thousand: one statement, one array a column.
///
/// The columns are named once, here; the statement's text follows from them and never changes, so a
/// session prepares it once for batches of any size.
package struct BatchTable: Sendable {
    /// A column and the type that its array is cast to: `numeric`, `jsonb`, `text`, …
    package struct Column: Sendable, Hashable {
        package let name: String
        package let type: String

        package init(_ name: String, _ type: String) {
            self.name = name
            self.type = type
        }
    }

    /// What becomes of a row whose key is there already.
    package enum Conflict: Sendable, Hashable {
        /// The whole batch fails, `refused` 23505.
        case refuse
        /// The row that is there stays.
        case keep
        /// The row with the higher number in this column stays; equal numbers: the one there.
        case keepNewest(by: String)
    }

    package let name: String
    package let columns: [Column]
    package let sql: String

    /// - Parameters:
    ///   - key: columns of a unique index. Rows are written in its order, so that two writers
    ///     never wait for each other crosswise.
    package init(
        _ name: String, _ columns: [Column], key: [String], onConflict conflict: Conflict
    ) {
        self.name = name
        self.columns = columns
        let names = columns.map(\.name).joined(separator: ", ")
        let arrays = columns.enumerated().map { "$\($0 + 1)::\($1.type)[]" }
        self.sql = """
            INSERT INTO \(name) (\(names)) SELECT \(names) \
            FROM unnest(\(arrays.joined(separator: ", "))) AS batch (\(names)) \
            ORDER BY \(key.joined(separator: ", "))\(Self.clause(name, columns, key, conflict))
            """
    }

    private static func clause(
        _ name: String, _ columns: [Column], _ key: [String], _ conflict: Conflict
    ) -> String {
        let target = " ON CONFLICT (\(key.joined(separator: ", "))) DO "
        switch conflict {
        case .refuse: return ""
        case .keep: return target + "NOTHING"
        case .keepNewest(let version):
            let changed = columns.map(\.name).filter { !key.contains($0) }
            let values = changed.map { "\($0) = EXCLUDED.\($0)" }.joined(separator: ", ")
            let guarded = "\(name).\(version) < EXCLUDED.\(version)"
            return target + "UPDATE SET \(values) WHERE \(guarded)"
        }
    }
}
