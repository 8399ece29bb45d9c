/// Rows under named columns: aligned for people, an array of objects for machines.
struct Table: Sendable, Equatable {
    struct Column: Sendable, Equatable {
        /// The name in JSON; people read it with spaces for underscores.
        let key: String
        let isNumeric: Bool

        init(_ key: String, numeric: Bool = false) {
            self.key = key
            isNumeric = numeric
        }

        var title: String { String(key.map { $0 == "_" ? " " : $0 }) }
    }

    let columns: [Column]
    private(set) var rows: [[JSONValue]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// - Parameter cells: as many as there are columns.
    mutating func add(_ cells: [JSONValue]) {
        precondition(cells.count == columns.count, "\(cells.count) cells, \(columns.count) columns")
        rows.append(cells)
    }

    var json: JSONValue {
        .array(
            rows.map { row in
                .object(zip(columns, row).map { .init($0.key, $1) })
            })
    }

    /// Lines without trailing blanks; the first are the titles.
    var lines: [String] {
        let texts = [columns.map(\.title)] + rows.map { $0.map(\.plain) }
        let widths = columns.indices.map { column in
            texts.map { $0[column].count }.max() ?? 0
        }
        return texts.map { cells in
            var line = ""
            for (index, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                line += index > 0 ? "  " : ""
                line += columns[index].isNumeric ? padding + cell : cell + padding
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension JSONValue {
    /// As people read it in a table or behind a name.
    var plain: String {
        switch self {
        case .null: "-"
        case .bool(let value): value ? "yes" : "no"
        case .number(let text), .string(let text): text
        case .array(let values): values.map(\.plain).joined(separator: " ")
        case .object(let members):
            members.map { "\($0.name)=\($0.value.plain)" }.joined(separator: " ")
        }
    }
}
