internal import CLibpq

/// Owns one `PGresult`, and turns a failed one into an error: the only place that does.
final class ResultHandle {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }

    /// Nil when the statement went well. Throws when this is no answer to the statement, after which
    /// the session is of no more use: `unknownOutcome` when it is the end of the connection.
    func failure(
        _ operation: PostgresError.Operation, lost: Bool
    ) throws(PostgresError) -> PostgresError? {
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_PIPELINE_SYNC: return nil
        case PGRES_FATAL_ERROR:
            let error = refusal(operation)
            // FATAL and PANIC end the session; without a severity it is libpq that speaks.
            let isAnswer = field(.severity) == "ERROR"
            if lost || !isAnswer { throw error.with(code: .unknownOutcome) }
            return error
        case PGRES_EMPTY_QUERY: return PostgresError(.fault, operation, "the statement is empty")
        case PGRES_PIPELINE_ABORTED:
            return PostgresError(.fault, operation, "skipped: a statement before it failed")
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            // There is no way back from it but to end the session.
            throw PostgresError(.fault, operation, "COPY is not spoken here")
        default:
            let why = "libpq result status \(status.rawValue)"
            throw PostgresError(.unknownOutcome, operation, why)
        }
    }

    private func refusal(_ operation: PostgresError.Operation) -> PostgresError {
        let state = field(.sqlState).flatMap { SQLState($0) }
        var error = PostgresError(state?.code ?? .unavailable, operation, message)
        error.sqlState = state
        error.constraint = field(.constraint)
        error.table = field(.table)
        error.column = field(.column)
        return error
    }

    private var message: String {
        let primary = field(.message) ?? String(cString: PQresultErrorMessage(pointer))
        let more = field(.detail).map { " (\($0))" } ?? ""
        return oneLine(primary + more)
    }

    private func field(_ field: ErrorField) -> String? { field.read(pointer) }
}

/// Line breaks and trailing blanks of a message taken out, for the log.
func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: "; ")
}
