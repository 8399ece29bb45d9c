/// How a client that trades a statement again names its requests: `<statement>:<row>` places the
/// row's order, `<statement>:<row>:<step>` asks for what comes after, and from the second attempt on
/// its number follows, as in `signal:12:close:2`.
package struct RowRequest: Sendable, Hashable {
    /// The statement's name; it holds no colon.
    package let statement: String
    /// Line of the file, counted from 1.
    package let row: Int
    /// Nil for the placement.
    package let step: Step?
    /// Counted from 1.
    package let attempt: Int

    /// What is asked for an order that was placed.
    package enum Step: String, Sendable, CaseIterable {
        case modify, cancel, close
        case stopLoss = "sl"
        case takeProfit = "tp"
    }

    package init(_ statement: String, row: Int, _ step: Step? = nil, attempt: Int = 1) {
        self.statement = statement
        self.row = row
        self.step = step
        self.attempt = attempt
    }

    /// Reads what `text` writes; nil for every other text.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, !parts[0].isEmpty, let row = Int(parts[1]) else { return nil }
        var rest = parts[2...]
        let step = rest.first.flatMap(Step.init)
        if step != nil { rest.removeFirst() }
        let attempt = rest.first.map { Int($0) ?? 0 } ?? 1
        self.init(parts[0], row: row, step, attempt: attempt)
        // What is written in another way is not ours: `+1`, `01`, an attempt of 1 that is said.
        guard attempt > 0, self.text == text else { return nil }
    }

    package var text: String {
        var text = "\(statement):\(row)"
        if let step { text += ":\(step.rawValue)" }
        if attempt != 1 { text += ":\(attempt)" }
        return text
    }
}
