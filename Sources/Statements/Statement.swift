/// A broker's trade history as recorded.
package struct Statement: Sendable, Equatable {
    /// In the order of the file, which runs newest first, though not strictly.
    package let rows: [StatementRow]
    /// An order book tells of legs, of how positions ended, and of orders that were cancelled; a list
    /// of positions of none of these.
    package let isOrderBook: Bool

    /// By the time at which each row's story begins. Of rows of the same second the later line
    /// comes first: files run newest first, so a later line is the older one.
    package var chronological: [StatementRow] {
        rows.sorted { first, second in
            first.openTime == second.openTime
                ? first.number > second.number : first.openTime < second.openTime
        }
    }

    /// The row on line `number` of the file, nil when there is none. Rows are in ascending lines.
    package func row(_ number: Int) -> StatementRow? {
        var low = rows.startIndex
        var high = rows.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if rows[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < rows.endIndex, rows[low].number == number else { return nil }
        return rows[low]
    }
}
