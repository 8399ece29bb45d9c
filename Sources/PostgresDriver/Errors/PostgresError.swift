/// A failure at Postgres: `code` to branch on, `name` to count by, the rest to log.
///
/// No connection string and no parameter is ever part of it; `detail` is the server's own text.
package struct PostgresError: Error, Sendable, Equatable {
    /// What the caller does next.
    package enum Code: String, Sendable, CaseIterable {
        /// Nothing was changed; the same call may succeed later (away, locked, timed out, restarted).
        case unavailable
        /// The answer was lost after the change was sent: it may or may not have been made.
        case unknownOutcome = "unknown_outcome"
        /// A canceller ended it; nothing was changed.
        case cancelled
        /// Postgres refuses this data; the same call fails again, without this row it may pass.
        case refused
        /// The statement, the schema or the call is wrong: ours to mend.
        case fault
        /// The server does not let us in.
        case auth
        /// The connection string cannot be used.
        case settings
    }

    package enum Operation: String, Sendable {
        case settings, connect, begin, run, script, commit, rollback, read
    }

    package internal(set) var code: Code
    package let operation: Operation
    package var sqlState: SQLState?
    /// The constraint, table and column that refused, where the server names them.
    package var constraint: String?
    package var table: String?
    package var column: String?
    /// Which statement of a pipeline failed, from 0; nil where that is not known.
    package var statement: Int?
    /// One line for the log.
    package var detail: String

    package init(_ code: Code, _ operation: Operation, _ detail: String) {
        self.code = code
        self.operation = operation
        self.detail = detail
    }

    /// Short and bounded, for counting: the code, and the SQLSTATE where there is one.
    package var name: String {
        sqlState.map { "\(code.rawValue).\($0)" } ?? code.rawValue
    }

    /// Whether trying again later can help. After `unknownOutcome` the change may be there already,
    /// so what is tried again must be safe to repeat.
    package var mayRetry: Bool {
        switch code {
        case .unavailable, .unknownOutcome: true
        case .cancelled, .refused, .fault, .auth, .settings: false
        }
    }

    /// The same failure, seen from where only the caller knows what a lost answer means.
    func with(code: Code) -> PostgresError {
        var copy = self
        copy.code = code
        return copy
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        let place = statement.map { " statement \($0)" } ?? ""
        let rule = constraint.map { " constraint \($0)" } ?? ""
        return "postgres \(operation.rawValue)\(place) \(name)\(rule): \(detail)"
    }
}
