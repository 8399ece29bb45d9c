internal import CLibpq

/// A connection to Postgres, owned by one thread, which its calls block.
///
/// It connects at its first use, and again at the first use after it was lost. Statements are
/// prepared once a session. Not `Sendable`: other threads get its `canceller`.
package final class PostgresConnection {
    private let target: PostgresTarget
    private let settings: PostgresSettings
    private let notices: NoticeSink
    private var session: PostgresSession?
    private var transactionState = TransactionState.none
    /// Ends what this connection is doing, from any thread.
    package let canceller = PostgresCanceller()

    private enum TransactionState {
        case none
        /// With the first failure in it: after that Postgres runs nothing more of it.
        case open(PostgresError?)
    }

    /// Checks the text and connects to nothing yet.
    ///
    /// - Parameters:
    ///   - url: a libpq URI or keyword string; secret, never part of an error.
    ///   - notices: gets the server's warnings, on the thread that uses the connection.
    /// - Throws: `settings`.
    package init(
        url: String, settings: PostgresSettings = PostgresSettings(),
        notices: @escaping (PostgresNotice) -> Void
    ) throws(PostgresError) {
        self.target = try PostgresTarget(url: url)
        self.settings = settings
        self.notices = NoticeSink(notices)
    }

    deinit { canceller.attach(nil) }

    package var isConnected: Bool { session.map { !$0.isLost } ?? false }

    /// What the server said last; differs from `isInTransaction` where a script ended the transaction.
    var serverIsInTransaction: Bool {
        session.map { PQtransactionStatus($0.handle) == PQTRANS_INTRANS } ?? false
    }

    package var isInTransaction: Bool {
        if case .open = transactionState { true } else { false }
    }

    /// Ends the session; the next use makes a new one. An open transaction is rolled back.
    package func close() {
        canceller.attach(nil)
        session = nil
    }

    /// Connects if need be, and asks the server for an answer.
    package func ping() throws(PostgresError) {
        _ = try query("SELECT 1")
    }

    /// Runs one statement.
    ///
    /// Outside a transaction it is one of its own; when its answer is lost that is `unknownOutcome`.
    package func query(
        _ sql: String, _ values: [PostgresValue] = []
    ) throws(PostgresError) -> PostgresRows {
        try pipeline([PostgresStatement(sql, values)])[0]
    }

    /// Runs statements in one round trip, all or none: outside a transaction they are one of their
    /// own, inside one the first failure spoils it, as ever. Empty: nothing is done.
    ///
    /// - Returns: as many answers as statements.
    /// - Throws: the first failure, with its place in `statement`.
    package func pipeline(
        _ statements: [PostgresStatement]
    ) throws(PostgresError) -> [PostgresRows] {
        guard !statements.isEmpty else { return [] }
        return try run(statements, .run)
    }

    /// Runs a text of several statements without parameters; all or none, as `pipeline`.
    package func run(script: String) throws(PostgresError) {
        try guarded { session throws(PostgresError) in
            if let failure = try session.run(script: script) { throw failure }
        }
    }
}

extension PostgresConnection {
    /// How a transaction ends, and what it has found.
    package enum Ending<Value> {
        case commit(Value)
        case rollback(Value)
    }

    /// Runs `body` between BEGIN and its end. A body that throws is rolled back.
    ///
    /// - Throws: what `body` throws; its first failure when it commits in spite of one;
    ///   `unknownOutcome` when the answer to COMMIT is lost; `fault` inside another transaction.
    package func transaction<Value>(
        _ body: () throws(PostgresError) -> Ending<Value>
    ) throws(PostgresError) -> Value {
        guard !isInTransaction else {
            throw PostgresError(.fault, .begin, "a transaction is open already")
        }
        _ = try run([PostgresStatement("BEGIN")], .begin)
        transactionState = .open(nil)
        defer { transactionState = .none }
        let ending: Ending<Value>
        do {
            ending = try body()
        } catch {
            rollBack()
            throw error
        }
        switch ending {
        case .rollback(let value):
            rollBack()
            return value
        case .commit(let value):
            try commit()
            return value
        }
    }

    private func commit() throws(PostgresError) {
        if case .open(let failure?) = transactionState {
            rollBack()
            throw failure
        }
        let answer = try run([PostgresStatement("COMMIT")], .commit)[0]
        guard answer.tag == "COMMIT" else {
            throw PostgresError(.fault, .commit, "COMMIT was answered \(answer.tag)")
        }
    }

    /// A session that does not answer to ROLLBACK is ended, which rolls back as surely.
    private func rollBack() {
        guard let session, PQtransactionStatus(session.handle) != PQTRANS_IDLE else { return }
        do { _ = try run([PostgresStatement("ROLLBACK")], .rollback) } catch { close() }
    }
}

extension PostgresConnection {
    private func run(
        _ statements: [PostgresStatement], _ operation: PostgresError.Operation
    ) throws(PostgresError) -> [PostgresRows] {
        let wire = try WireStatement.encode(statements, operation)
        return try guarded(operation) { session throws(PostgresError) in
            let trip = try session.run(wire, operation)
            guard let failure = trip.failure else { return trip.rows }
            guard trip.planIsStale else { throw failure }
            // The next session prepares anew; what failed has changed nothing.
            self.close()
            throw failure.with(code: .unavailable)
        }
    }

    /// Gives `body` a session, ends the session if it broke, notes a failure in the transaction,
    /// and says what a lost answer means here.
    private func guarded<Value>(
        _ operation: PostgresError.Operation = .script,
        _ body: (PostgresSession) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        do {
            return try body(try liveSession(operation))
        } catch {
            var failure = error
            if session?.isLost ?? false { close() }
            // What is lost before its COMMIT was sent is rolled back.
            let isHarmless = operation == .begin || (isInTransaction && operation != .commit)
            if failure.code == .unknownOutcome, isHarmless {
                failure = failure.with(code: .unavailable)
            }
            if failure.sqlState == .cancelled, canceller.wasUsed {
                failure = failure.with(code: .cancelled)
            }
            if case .open(nil) = transactionState { transactionState = .open(failure) }
            throw failure
        }
    }

    /// A transaction never goes on in another session than the one it began in.
    private func liveSession(
        _ operation: PostgresError.Operation
    ) throws(PostgresError) -> PostgresSession {
        if isInTransaction {
            guard let session else {
                throw PostgresError(.unavailable, operation, "the transaction's session is lost")
            }
            return session
        }
        if let session, session.stillStands() { return session }
        close()
        let fresh: PostgresSession
        do {
            fresh = try PostgresSession.open(target, settings, notices)
        } catch {
            // Nothing of ours was sent yet.
            throw error.code == .unknownOutcome ? error.with(code: .unavailable) : error
        }
        session = fresh
        canceller.attach(fresh)
        return fresh
    }
}
