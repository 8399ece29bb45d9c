import Glibc
import PostgresDriver
import TestSupport
import Testing

@Suite("Postgres transactions", .enabled(if: PrivatePostgres.shouldRun))
struct PostgresTransactionTests {
    typealias Ending = PostgresConnection.Ending

    private func table() throws -> (url: String, connection: PostgresConnection) {
        let url = try SharedServer.database()
        let connection = try connect(url)
        try connection.run(
            script: """
                CREATE TABLE t (n int PRIMARY KEY,
                    late int CONSTRAINT late UNIQUE DEFERRABLE INITIALLY DEFERRED)
                """)
        return (url, connection)
    }

    private func numbers(_ connection: PostgresConnection) throws -> [Int64] {
        try connection.query("SELECT n FROM t ORDER BY n").map { try $0.int64("n") }
    }

    private func insert(_ numbers: Int64...) -> [PostgresStatement] {
        numbers.map { PostgresStatement("INSERT INTO t (n) VALUES ($1)", [.integer($0)]) }
    }

    @Test("Committed, rolled back, thrown")
    func endings() throws {
        let (_, connection) = try table()
        let value = try connection.transaction { () throws(PostgresError) in
            _ = try connection.pipeline(insert(1, 2))
            return Ending.commit("done")
        }
        #expect(value == "done")
        let back = try connection.transaction { () throws(PostgresError) in
            _ = try connection.pipeline(insert(3))
            return Ending.rollback("undone")
        }
        #expect(back == "undone")
        let error = failure {
            try connection.transaction { () throws(PostgresError) -> Ending<Void> in
                _ = try connection.pipeline(insert(4))
                throw PostgresError(.fault, .run, "on purpose")
            }
        }
        #expect(error?.detail == "on purpose")
        #expect(try numbers(connection) == [1, 2])
        #expect(!connection.isInTransaction)
    }

    @Test("A failure that the body hides still fails the commit")
    func hidden() throws {
        let (_, connection) = try table()
        let error = failure {
            try connection.transaction { () throws(PostgresError) in
                _ = try connection.pipeline(insert(1))
                for _ in 0..<2 { _ = try? connection.query("SELECT 1 / 0") }
                return Ending.commit(())
            }
        }
        #expect(error?.name == "refused.22012")
        #expect(try numbers(connection).isEmpty)
    }

    @Test("A failure in the middle of a pipeline undoes all of it, within and without")
    func pipeline() throws {
        let (_, connection) = try table()
        let wrong = insert(1, 2) + insert(1) + [PostgresStatement("SELECT 1 AS fresh")] + insert(3)
        let alone = failure { _ = try connection.pipeline(wrong) }
        #expect(alone?.name == "refused.23505")
        #expect(alone?.statement == 2)
        #expect(try numbers(connection).isEmpty)
        let inside = failure {
            _ = try connection.transaction { () throws(PostgresError) in
                .commit(try connection.pipeline(wrong))
            }
        }
        #expect(inside?.statement == 2)
        #expect(try numbers(connection).isEmpty)
        let right = insert(1, 2) + [PostgresStatement("SELECT 1 AS fresh")] + insert(3)
        let answers = try connection.pipeline(right)
        #expect(answers.map(\.affected) == [1, 1, 1, 1])
        #expect(try answers[2][0].int64("fresh") == 1)
        #expect(try numbers(connection) == [1, 2, 3])
    }

    @Test("A pipeline is one round trip, however long, and larger than any buffer")
    func large() throws {
        let (_, connection) = try table()
        let blob = String(repeating: "ä", count: 200_000)
        let echo = PostgresStatement("SELECT $1::text AS v", [.text(blob)])
        let answers = try connection.pipeline(Array(repeating: echo, count: 20))
        #expect(
            try answers.map { try $0[0].text("v") == blob } == Array(repeating: true, count: 20))
    }

    @Test("A constraint that is checked at the end fails the end, nothing is left")
    func deferred() throws {
        let (_, connection) = try table()
        let twice = "INSERT INTO t VALUES (1, 7), (2, 7)"
        let errors = [
            failure { _ = try connection.query(twice) },
            failure {
                _ = try connection.transaction { () throws(PostgresError) in
                    .commit(try connection.query(twice))
                }
            },
        ]
        for error in errors {
            #expect(error?.name == "refused.23505")
            #expect(error?.constraint == "late")
        }
        #expect(errors[1]?.operation == .commit)
        #expect(try numbers(connection).isEmpty)
    }

    @Test("Transactions do not nest")
    func nested() throws {
        let (_, connection) = try table()
        let error = failure {
            try connection.transaction { () throws(PostgresError) -> Ending<Void> in
                try connection.transaction { () throws(PostgresError) in .commit(()) }
                return .commit(())
            }
        }
        #expect(error?.code == .fault)
        #expect(!connection.isInTransaction)
    }

    @Test("A lock that is not given in time is unavailable")
    func lockTimeout() throws {
        let (url, holder) = try table()
        _ = try holder.pipeline(insert(1))
        var settings = PostgresSettings()
        settings.lockTimeout = .milliseconds(50)
        let waiter = try connect(url, settings)
        let error = try holder.transaction { () throws(PostgresError) in
            _ = try holder.query("SELECT n FROM t FOR UPDATE")
            return Ending.rollback(failure { _ = try waiter.query("DELETE FROM t") })
        }
        #expect(error?.name == "unavailable.55P03")
        #expect(try waiter.query("DELETE FROM t").affected == 1)
    }

    @Test("A session lost inside a transaction never becomes another one")
    func lost() throws {
        let (_, connection) = try table()
        var second: PostgresError?
        let first = failure {
            try connection.transaction { () throws(PostgresError) -> Ending<Void> in
                _ = try connection.pipeline(insert(1))
                let end = "SELECT pg_terminate_backend(pg_backend_pid())"
                let lost = failure { _ = try connection.query(end) }
                #expect(lost?.name == "unavailable.57P01")
                second = failure { _ = try connection.pipeline(insert(2)) }
                return .commit(())
            }
        }
        #expect(first?.name == "unavailable.57P01")
        #expect(second?.detail == "the transaction's session is lost")
        #expect(try numbers(connection).isEmpty)
    }

    @Test("A COMMIT whose answer is lost: the outcome is not known, whichever it was")
    func commitLost() throws {
        let (_, connection) = try table()
        // Ends the session while COMMIT is at work: a deferred trigger runs in it.
        try connection.run(
            script: """
                CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION die();
                """)
        let error = failure {
            _ = try connection.transaction { () throws(PostgresError) in
                .commit(try connection.pipeline(insert(1)))
            }
        }
        #expect(error?.code == .unknownOutcome)
        #expect(error?.operation == .commit)
        #expect(error?.mayRetry == true)
        #expect(!connection.isInTransaction)
        #expect(try numbers(connection).isEmpty)
    }

    @Test("A COMMIT that is answered too late, but made")
    func commitMade() throws {
        let (url, _) = try table()
        let connection = try connect(url, .impatient)
        let pid = try connection.backend()
        let error = failure {
            try connection.transaction { () throws(PostgresError) in
                _ = try connection.pipeline(insert(1))
                #expect(kill(pid, SIGSTOP) == 0)
                return Ending.commit(())
            }
        }
        #expect(kill(pid, SIGCONT) == 0)
        #expect(error?.code == .unknownOutcome)
        #expect(error?.operation == .commit)
        #expect(eventually { (try? numbers(connection)) == [1] })
    }
}
