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

    private struct Step {
        enum Kind { case prepare, execute, executeAgain }
        let kind: Kind
        let name: String
        /// Its place among the statements.
        let index: Int
    }

    /// Sends all statements, those not yet prepared with their preparation, in one round trip.
    ///
    /// Throws `unavailable` when not all of it was sent: then none of it counts. Throws
    /// `unknownOutcome` when the connection ends, or falls silent, before the last answer. Either
    /// way the session is of no more use.
    func run(
        _ statements: [WireStatement], _ operation: PostgresError.Operation
    ) throws(PostgresError) -> RoundTrip {
        let steps = try plan(statements, operation)
        do {
            for step in steps { try send(step, statements[step.index], operation) }
            try check(PQpipelineSync(handle), operation)
            var trip = RoundTrip()
            for step in steps {
                try collect(step, statements[step.index].sql, operation, into: &trip)
            }
            try collectEnd(operation, into: &trip)
            return trip
        } catch {
            isBroken = true
            throw error
        }
    }

    private func plan(
        _ statements: [WireStatement], _ operation: PostgresError.Operation
    ) throws(PostgresError) -> [Step] {
        var steps: [Step] = []
        var names: [String: String] = [:]
        for (index, statement) in statements.enumerated() {
            if let name = prepared[statement.sql] {
                steps.append(Step(kind: .executeAgain, name: name, index: index))
                continue
            }
            let name = names[statement.sql] ?? "s\(prepared.count + names.count)"
            if names.updateValue(name, forKey: statement.sql) == nil {
                steps.append(Step(kind: .prepare, name: name, index: index))
            }
            steps.append(Step(kind: .execute, name: name, index: index))
        }
        guard prepared.count + names.count <= Self.mostPrepared else {
            throw PostgresError(
                .fault, operation, "more than \(Self.mostPrepared) different statements")
        }
        return steps
    }

    private func send(
        _ step: Step, _ statement: WireStatement, _ operation: PostgresError.Operation
    ) throws(PostgresError) {
        switch step.kind {
        case .prepare:
            try check(PQsendPrepare(handle, step.name, statement.sql, 0, nil), operation)
        case .execute, .executeAgain:
            let parameters = statement.parameters
            let queued = parameters.withPointers {
                PQsendQueryPrepared(handle, step.name, Int32(parameters.count), $0, nil, nil, 0)
            }
            try check(queued, operation)
        }
    }

    /// A server commits nothing of a pipeline before it has read the end of it.
    private func check(
        _ queued: Int32, _ operation: PostgresError.Operation
    ) throws(PostgresError) {
        if queued != 1 { throw PostgresError(.unavailable, operation, lastMessage) }
    }

    private func collect(
        _ step: Step, _ sql: String, _ operation: PostgresError.Operation,
        into trip: inout RoundTrip
    ) throws(PostgresError) {
        // A statement's results end with nil, also where the statement was skipped.
        while let result = try nextResult(operation) {
            if var failure = try result.failure(operation, lost: isLost) {
                guard trip.failure == nil else { continue }
                failure.statement = step.index
                trip.failure = failure
                trip.planIsStale =
                    step.kind == .executeAgain && failure.sqlState == .notSupported
                continue
            }
            switch step.kind {
            case .prepare: prepared[sql] = step.name
            case .execute, .executeAgain: trip.rows.append(PostgresRows(result))
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
