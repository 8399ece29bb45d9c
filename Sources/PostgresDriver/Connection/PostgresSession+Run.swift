internal import CLibpq

/// Statements whose parameters are in libpq's form. Encoding is done before anything is sent, so
/// that a bad parameter fails while nothing has happened.
struct WireStatement {
    let sql: String
    let parameters: ParameterBuffer

    static func encode(
        _ statements: [PostgresStatement], _ operation: PostgresError.Operation
    ) throws(PostgresError) -> [WireStatement] {
        var wire: [WireStatement] = []
        wire.reserveCapacity(statements.count)
        for (index, statement) in statements.enumerated() {
            let parameters = ParameterBuffer(statement.values)
            if parameters.holdsZero || statement.sql.utf8.contains(0) {
                var error = PostgresError(.refused, operation, "a text holds a zero byte")
                error.sqlState = SQLState("22021")  // what the server says to a bad character
                error.statement = index
                throw error
            }
            wire.append(WireStatement(sql: statement.sql, parameters: parameters))
        }
        return wire
    }
}

/// What came back from one round trip.
struct RoundTrip {
    var rows: [PostgresRows] = []
    /// The first failure; the statements after it were not run.
    var failure: PostgresError?
    /// A plan prepared earlier no longer fits the schema.
    var planIsStale = false
}

extension PostgresSession {
    /// More different texts than any process has: somebody puts values into the text.
    static let mostPrepared = 500

    private enum Step {
        case prepare(sql: String, name: String)
        case execute(wasPrepared: Bool)
    }

    /// Sends all statements, those not yet prepared with their preparation, in one round trip.
    ///
    /// Throws `unavailable` when not all of it was sent: then none of it counts. Throws
    /// `unknownOutcome` when the connection ends, or falls silent, before the last answer.
    func run(
        _ statements: [WireStatement], _ operation: PostgresError.Operation
    ) throws(PostgresError) -> RoundTrip {
        var steps: [(step: Step, statement: Int)] = []
        var names: [String: String] = [:]
        for (index, statement) in statements.enumerated() {
            let sql = statement.sql
            let old = prepared[sql]
            let name = old ?? names[sql] ?? "s\(prepared.count + names.count)"
            if old == nil, names[sql] == nil {
                names[sql] = name
                try check(PQsendPrepare(handle, name, sql, 0, nil), operation)
                steps.append((.prepare(sql: sql, name: name), index))
            }
            try check(execute(name, statement.parameters), operation)
            steps.append((.execute(wasPrepared: old != nil), index))
        }
        try check(PQpipelineSync(handle), operation)
        var trip = RoundTrip()
        for (step, index) in steps { try collect(step, index, operation, into: &trip) }
        try collectEnd(operation, into: &trip)
        return trip
    }

    private func execute(_ name: String, _ parameters: ParameterBuffer) -> Int32 {
        parameters.withPointers {
            PQsendQueryPrepared(handle, name, Int32(parameters.count), $0, nil, nil, 0)
        }
    }

    /// A server commits nothing of a pipeline before it has read the end of it.
    private func check(_ queued: Int32, _ operation: PostgresError.Operation) throws(PostgresError)
    {
        if queued != 1 { throw PostgresError(.unavailable, operation, lastMessage) }
    }

    private func collect(
        _ step: Step, _ statement: Int, _ operation: PostgresError.Operation,
        into trip: inout RoundTrip
    ) throws(PostgresError) {
        // A statement's results end with nil, also where the statement was skipped.
        while let result = try nextResult(operation) {
            if var failure = try result.failure(operation, lost: isLost) {
                guard trip.failure == nil else { continue }
                failure.statement = statement
                trip.failure = failure
                if case .execute(wasPrepared: true) = step, failure.sqlState == .notSupported {
                    trip.planIsStale = true
                }
                continue
            }
            switch step {
            case .prepare(let sql, let name): prepared[sql] = name
            case .execute: trip.rows.append(PostgresRows(result))
            }
        }
    }

    /// A deferred constraint may fail even here.
    private func collectEnd(
        _ operation: PostgresError.Operation, into trip: inout RoundTrip
    ) throws(PostgresError) {
        var mayBeOver = false
        while true {
            if let result = try nextResult(operation) {
                if result.status == PGRES_PIPELINE_SYNC { return }
                let failure = try result.failure(operation, lost: isLost)
                if trip.failure == nil { trip.failure = failure }
            } else if mayBeOver || isLost {
                throw PostgresError(.unknownOutcome, operation, lastMessage)
            } else {
                mayBeOver = true
            }
        }
    }
}
