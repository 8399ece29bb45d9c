import Glibc
import PostgresDriver
import Synchronization
import TestSupport
import Testing

/// The server of these tests, made at first use; each test has its own database in it.
enum SharedServer {
    static let server = Result { () throws(ServerError) in try PrivatePostgres() }
    private static let databases = Atomic<Int>(0)

    /// The connection string of a new, empty database.
    static func database() throws -> String {
        let server = try server.get()
        let number = databases.wrappingAdd(1, ordering: .relaxed).newValue
        let admin = try connect(server.url)
        try admin.run(script: "CREATE DATABASE t\(number)")
        return server.url(database: "t\(number)")
    }

    /// A connection to a new, empty database.
    static func connection(
        _ settings: PostgresSettings = PostgresSettings()
    ) throws -> PostgresConnection {
        try connect(try database(), settings)
    }
}

/// A connection that fails the test on a warning of the server's.
func connect(
    _ url: String, _ settings: PostgresSettings = PostgresSettings()
) throws -> PostgresConnection {
    try PostgresConnection(url: url, settings: settings) { notice in
        if notice.severity == "WARNING" { Issue.record("the server said \(notice)") }
    }
}

/// The `PostgresError` that `body` throws; a test failure when it throws none.
func failure(_ body: () throws -> Void) -> PostgresError? {
    do {
        try body()
        Issue.record("nothing was thrown")
    } catch let error as PostgresError {
        return error
    } catch {
        Issue.record("thrown: \(error)")
    }
    return nil
}

extension PostgresConnection {
    /// The server's process that serves this connection.
    func backend() throws -> Int32 {
        let pid = try query("SELECT pg_backend_pid() AS pid")[0].int64("pid")
        return try #require(Int32(exactly: pid))
    }
}

/// Runs `body` while a process of the server's is stopped, as a hanging network would stop it.
func frozen<Value>(_ pid: Int32, _ body: () throws -> Value) rethrows -> Value {
    #expect(kill(pid, SIGSTOP) == 0)
    defer { #expect(kill(pid, SIGCONT) == 0) }
    return try body()
}
