import Shared
import Statements

/// A statement as it is traded again: what there is to do, and under which request ids.
struct PlayedStatement {
    let name: String
    let steps: [PlannedStep]

    /// How often a request is made, each time under the next number, when it is rejected or when the
    /// moment was wrong.
    static let mostAttempts = 5

    /// - Parameter name: how requests call it, `<name>:<row>`.
    init(_ statement: Statement, name: String) throws {
        self.name = name
        steps = try StatementPlan(statement).steps
        guard !name.contains(":") else { throw Failure("the name '\(name)' holds a colon") }
        let last = steps.map(\.row).max() ?? 0
        // The longest id that will be made, so that a name that is too long is told at once.
        _ = try request(last, .modify, attempt: Self.mostAttempts)
    }

    /// Prices that no statement records, but which are needed to get where it says.
    var syntheticPrices: Int { steps.count { $0.quote?.isSynthetic == true } }

    func request(
        _ row: Int, _ step: RowRequest.Step? = nil, attempt: Int = 1
    ) throws -> RequestID {
        try RequestID(RowRequest(name, row: row, step, attempt: attempt).text)
    }
}
