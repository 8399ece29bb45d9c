/// How a session behaves. Durations below a millisecond are not distinguished.
package struct PostgresSettings: Sendable {
    /// What `pg_stat_activity` shows, unless the connection string names something else.
    package var applicationName = "orderfleet"
    /// For one host to answer, unless the connection string sets `connect_timeout`.
    package var connectTimeout: Duration = .seconds(5)
    /// A statement that waits longer for a lock fails `unavailable` (SQLSTATE 55P03).
    package var lockTimeout: Duration = .seconds(5)
    /// A statement that runs longer fails `unavailable` (SQLSTATE 57014).
    package var statementTimeout: Duration = .seconds(30)
    /// A session idle for longer inside a transaction is ended by the server, its locks with it.
    package var idleInTransactionTimeout: Duration = .seconds(30)
    /// How long after `statementTimeout` a silent server is given up, for a network that drops
    /// packets without saying so.
    package var silenceGrace: Duration = .seconds(5)

    package init(applicationName: String = "orderfleet") {
        self.applicationName = applicationName
    }

    /// For changes of the schema: they may run for ten minutes and wait a minute for each other.
    package static var migration: PostgresSettings {
        var settings = PostgresSettings(applicationName: "orderfleet-migrate")
        settings.lockTimeout = .seconds(60)
        settings.statementTimeout = .seconds(600)
        return settings
    }

    var silenceLimit: Duration { statementTimeout + silenceGrace }

    /// What a new session is told, by name of the server's parameter.
    var session: [(name: String, value: String)] {
        [
            ("lock_timeout", lockTimeout.milliseconds),
            ("statement_timeout", statementTimeout.milliseconds),
            ("idle_in_transaction_session_timeout", idleInTransactionTimeout.milliseconds),
            ("TimeZone", "UTC"),
            ("DateStyle", "ISO"),
            ("client_min_messages", "warning"),
            // Statements are small and many: compiling one costs more than it saves.
            ("jit", "off"),
        ].map { (name: $0.0, value: $0.1) }
    }
}

extension Duration {
    /// As libpq and `poll` count: whole milliseconds, at least one.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    var milliseconds: String { "\(wholeMilliseconds)ms" }
}
