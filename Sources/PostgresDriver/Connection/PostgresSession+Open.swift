internal import CLibpq
internal import Glibc

extension PostgresSession {
    /// Connects, logs in, and tells the session its limits.
    static func open(
        _ target: PostgresTarget, _ settings: PostgresSettings, _ notices: NoticeSink
    ) throws(PostgresError) -> PostgresSession {
        let session = try start(target, settings, notices)
        // The SQLSTATE of a refused login is given in the message only, and only if asked for.
        _ = PQsetErrorVerbosity(session.handle, PQERRORS_VERBOSE)
        let perHost = target.connectTimeout ?? settings.connectTimeout
        try session.finishConnecting(by: .now + perHost * target.hosts)
        _ = PQsetErrorVerbosity(session.handle, PQERRORS_DEFAULT)
        guard PQsetnonblocking(session.handle, 1) == 0, PQenterPipelineMode(session.handle) == 1
        else { throw PostgresError(.unavailable, .connect, session.lastMessage) }
        try session.configure(settings)
        return session
    }

    private static func start(
        _ target: PostgresTarget, _ settings: PostgresSettings, _ notices: NoticeSink
    ) throws(PostgresError) -> PostgresSession {
        // Later keywords win: what stands before `dbname` is a default, what stands after it is not.
        let options = [
            ("fallback_application_name", settings.applicationName),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("dbname", target.url),
            ("client_encoding", "UTF8"),
        ]
        let keywords = ParameterBuffer(options.map { .text($0.0) } + [.null])
        let values = ParameterBuffer(options.map { .text($0.1) } + [.null])
        let handle = keywords.withPointers { names in
            values.withPointers { PQconnectStartParams(names, $0, 1) }
        }
        guard let handle else { throw PostgresError(.unavailable, .connect, "out of memory") }
        return PostgresSession(
            handle: handle, silenceLimit: settings.silenceLimit, notices: notices)
    }

    private func finishConnecting(
        by deadline: ContinuousClock.Instant
    ) throws(PostgresError) {
        var next = PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            guard next != PGRES_POLLING_FAILED, !isLost else { throw refusedConnection() }
            let left = deadline - .now
            let events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard left > .zero, awaitSocket(events, atMost: left) != 0 else {
                throw PostgresError(.unavailable, .connect, "no connection within the time limit")
            }
            next = PQconnectPoll(handle)
        }
    }

    private func refusedConnection() -> PostgresError {
        let state = Self.sqlState(inVerbose: lastMessage)
        let needsPassword = PQconnectionNeedsPassword(handle) == 1
        let code = needsPassword ? .auth : state?.code ?? .unavailable
        var error = PostgresError(code, .connect, lastMessage)
        error.sqlState = state
        return error
    }

    /// `FATAL:  28P01: password authentication failed …`: two blanks, the state, a colon.
    static func sqlState(inVerbose message: String) -> SQLState? {
        let bytes = Array(message.utf8)
        guard bytes.count >= 8 else { return nil }
        for start in 0...(bytes.count - 8) {
            let window = bytes[start..<start + 8]
            guard window.starts(with: "  ".utf8), window.last == UInt8(ascii: ":") else { continue }
            let text = String(decoding: window.dropFirst(2).dropLast(), as: UTF8.self)
            if let state = SQLState(text) { return state }
        }
        return nil
    }

    private func configure(_ settings: PostgresSettings) throws(PostgresError) {
        let session = settings.session
        let statement = PostgresStatement(
            "SELECT set_config(n, v, false) FROM unnest($1::text[], $2::text[]) AS s(n, v)",
            [.array(session.map(\.name)), .array(session.map(\.value))])
        let wire = try WireStatement.encode([statement], .connect)
        if let failure = try run(wire, .connect).failure { throw failure }
    }
}
