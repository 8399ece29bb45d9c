import Foundation
import PostgresDriver
import Synchronization
import TestSupport
import Testing

@Suite("Postgres connections", .enabled(if: PrivatePostgres.shouldRun))
struct PostgresConnectionTests {
    @Test("A session has its limits, its name and UTC")
    func session() throws {
        let connection = try SharedServer.connection(PostgresSettings(applicationName: "my-worker"))
        let expected = [
            "lock_timeout": "5s", "statement_timeout": "30s",
            "idle_in_transaction_session_timeout": "30s", "TimeZone": "UTC",
            "client_min_messages": "warning", "application_name": "my-worker",
            "client_encoding": "UTF8",
        ]
        for (name, value) in expected {
            let rows = try connection.query("SELECT current_setting($1) AS v", [.text(name)])
            #expect(try rows[0].text("v") == value, "\(name)")
        }
    }

    @Test("The connection string's own name wins")
    func applicationName() throws {
        let connection = try connect(try SharedServer.database() + "&application_name=mine")
        let rows = try connection.query("SELECT current_setting('application_name') AS v")
        #expect(try rows[0].text("v") == "mine")
    }

    @Test("Statements are prepared once, by their text")
    func prepared() throws {
        let connection = try SharedServer.connection()
        for number in 0..<5 {
            _ = try connection.query("SELECT $1::int AS n", [.integer(Int64(number))])
        }
        let count = "SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE $1"
        let rows = try connection.query(count, [.text("SELECT $1::int%")])
        #expect(try rows[0].int64("n") == 1)
    }

    @Test("Too many different texts are a fault, not a leak")
    func preparedBound() throws {
        let connection = try SharedServer.connection()
        let error = failure {
            for number in 0..<2_000 { _ = try connection.query("SELECT \(number)") }
        }
        #expect(error?.code == .fault)
        try connection.run(script: "SELECT 1")
    }

    @Test("A table that changed under a prepared statement: unavailable once, then fine")
    func stalePlan() throws {
        let url = try SharedServer.database()
        let connection = try connect(url)
        try connection.run(script: "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        #expect(try connection.query("SELECT * FROM t").count == 1)
        try connect(url).run(script: "ALTER TABLE t ADD COLUMN b text DEFAULT 'new'")
        let error = failure { _ = try connection.query("SELECT * FROM t") }
        #expect(error?.code == .unavailable)
        #expect(try connection.query("SELECT * FROM t")[0].text("b") == "new")
    }

    @Test("Warnings go to the closure, notices nowhere")
    func notices() throws {
        let seen = Mutex<[PostgresNotice]>([])
        let connection = try PostgresConnection(url: try SharedServer.database()) { notice in
            seen.withLock { $0.append(notice) }
        }
        try connection.run(
            script: "DO $$ BEGIN RAISE NOTICE 'quiet'; RAISE WARNING 'look: %', 7; END $$")
        let notices = seen.withLock { $0 }
        #expect(notices.map(\.severity) == ["WARNING"])
        #expect(notices.map(\.sqlState) == ["01000"])
        #expect(notices.map(\.message) == ["look: 7"])
    }

    @Test("A session that the server ended is replaced before anything is sent")
    func endedWhileIdle() throws {
        let url = try SharedServer.database()
        let connection = try connect(url)
        let pid = try connection.backend()
        let other = try connect(url)
        _ = try other.query("SELECT pg_terminate_backend($1::int, 10000)", [.integer(Int64(pid))])
        #expect(try connection.backend() != pid)
    }

    @Test("A session that ends during a statement: the outcome is not known")
    func endedDuringStatement() throws {
        let connection = try SharedServer.connection()
        let error = failure {
            _ = try connection.query("SELECT pg_terminate_backend(pg_backend_pid())")
        }
        #expect(error?.code == .unknownOutcome)
        #expect(error?.sqlState?.text == "57P01")
        #expect(error?.mayRetry == true)
        try connection.ping()
    }

    @Test("Kill -9 and restart of the server")
    func killed() throws {
        let server = try PrivatePostgres()
        defer { server.stop() }
        let connection = try connect(server.url)
        try connection.run(script: "CREATE TABLE t (n int)")
        _ = try connection.query("INSERT INTO t VALUES ($1)", [.integer(1)])
        let backend = try connection.backend()
        server.kill()
        #expect(eventually { kill(backend, 0) != 0 })
        for _ in 0..<3 {
            let error = failure { _ = try connection.query("INSERT INTO t VALUES (2)") }
            #expect(error?.code == .unavailable)
            #expect(error?.mayRetry == true)
        }
        try server.start()
        #expect(eventually { (try? connection.ping()) != nil })
        #expect(try connection.query("SELECT n FROM t").map { try $0.int64("n") } == [1])
    }

    @Test("A server that falls silent is given up")
    func silent() throws {
        let url = try SharedServer.database()
        let connection = try connect(url, .impatient)
        let pid = try connection.backend()
        let error = frozen(pid) { failure { try connection.ping() } }
        #expect(error?.code == .unknownOutcome)
        #expect(error?.detail == "no answer for 300ms")
        try connection.ping()
    }

    @Test("A login that nobody answers is given up")
    func silentLogin() throws {
        let server = try PrivatePostgres()
        defer { server.stop() }
        let connection = try connect(server.url, .impatient)
        let error = frozen(try #require(server.pid)) { failure { try connection.ping() } }
        #expect(error?.code == .unavailable)
        #expect(error?.detail == "no connection within the time limit")
        try connection.ping()
    }

    @Test("A statement past its time limit is unavailable")
    func timeLimit() throws {
        var settings = PostgresSettings()
        settings.statementTimeout = .milliseconds(50)
        let connection = try SharedServer.connection(settings)
        let late = failure { _ = try connection.query("SELECT pg_sleep(60)") }
        #expect(late?.name == "unavailable.57014")
        try connection.ping()
    }

    @Test("A statement that another thread cancels is cancelled")
    func cancelled() throws {
        let url = try SharedServer.database()
        let connection = try connect(url)
        let pid = Int64(try connection.backend())
        let canceller = connection.canceller
        let cancelled = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let asleep = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
            #expect(throws: Never.self) {
                let watcher = try connect(url)
                #expect(eventually { (try? watcher.query(asleep, [.integer(pid)]).count) == 1 })
            }
            #expect(canceller.cancel() == nil)
            cancelled.signal()
        }
        let error = failure { _ = try connection.query("SELECT pg_sleep(60)") }
        #expect(error?.name == "cancelled.57014")
        #expect(error?.mayRetry == false)
        cancelled.wait()
        try connection.ping()
    }

    @Test("Cancelling before the first use and after the end asks nobody")
    func cancelledIdle() throws {
        let connection = try SharedServer.connection()
        let canceller = connection.canceller
        #expect(canceller.cancel() == nil)
        try connection.ping()
        connection.close()
        #expect(canceller.cancel() == nil)
    }
}

extension PostgresSettings {
    static var impatient: PostgresSettings {
        var settings = PostgresSettings()
        settings.connectTimeout = .milliseconds(300)
        settings.statementTimeout = .milliseconds(200)
        settings.silenceGrace = .milliseconds(100)
        return settings
    }
}
