import PostgresDriver
import TestSupport
import Testing

@Suite("Postgres errors", .enabled(if: PrivatePostgres.shouldRun))
struct PostgresErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let sql: String
        let name: String
        var constraint: String?
        var testDescription: String { name + " " + sql }
    }

    static let schema = """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE t (
            id int PRIMARY KEY, price numeric(20,8) NOT NULL,
            side text CONSTRAINT side_known CHECK (side IN ('BUY', 'SELL')),
            parent int CONSTRAINT has_parent REFERENCES parent,
            late int CONSTRAINT late_unique UNIQUE DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO t (id, price, late) VALUES (1, 1, 1);
        """

    static let cases = [
        Case(
            sql: "INSERT INTO t (id, price) VALUES (1, 1)", name: "refused.23505",
            constraint: "t_pkey"),
        Case(
            sql: "INSERT INTO t (id, price, side) VALUES (2, 1, 'B')", name: "refused.23514",
            constraint: "side_known"),
        Case(
            sql: "INSERT INTO t (id, price, parent) VALUES (2, 1, 9)", name: "refused.23503",
            constraint: "has_parent"),
        Case(
            sql: "INSERT INTO t (id, price, late) VALUES (2, 1, 1)", name: "refused.23505",
            constraint: "late_unique"),
        Case(sql: "INSERT INTO t (id) VALUES (2)", name: "refused.23502"),
        Case(sql: "INSERT INTO t (id, price) VALUES (2, 1e12)", name: "refused.22003"),
        Case(sql: "SELECT 'x'::numeric", name: "refused.22P02"),
        Case(sql: "SELECT 1 / 0", name: "refused.22012"),
        Case(sql: "SELECT '{'::jsonb", name: "refused.22P02"),
        Case(sql: "DO $$ BEGIN RAISE 'a rule says no'; END $$", name: "refused.P0001"),
        Case(sql: "SELEKT 1", name: "fault.42601"),
        Case(sql: "SELECT * FROM nowhere", name: "fault.42P01"),
        Case(sql: "SELECT nothing FROM t", name: "fault.42703"),
        Case(sql: "SELECT nothing()", name: "fault.42883"),
        Case(sql: "", name: "fault"),
        Case(sql: "COPY t TO STDOUT", name: "fault"),
        Case(sql: "SELECT 1; SELECT 2", name: "fault.42601"),
        Case(
            sql: "INSERT INTO t (id, price) VALUES (5, 1), (5, 2)"
                + " ON CONFLICT (id) DO UPDATE SET price = 3", name: "fault.21000"),
    ]

    @Test("A failing statement tells what to do, and the session goes on", arguments: cases)
    func mapping(_ wrong: Case) throws {
        let connection = try SharedServer.connection()
        try connection.run(script: Self.schema)
        let error = failure { _ = try connection.query(wrong.sql) }
        #expect(error?.name == wrong.name)
        #expect(error?.constraint == wrong.constraint)
        // COPY ends the session, a deferred constraint speaks at the end of all statements.
        let isPlaced = wrong.constraint != "late_unique" && !wrong.sql.hasPrefix("COPY")
        #expect(error?.statement == (isPlaced ? 0 : nil))
        let count = try connection.query("SELECT count(*) AS n FROM t")
        #expect(try count[0].int64("n") == 1)
    }

    static let states: [(String, PostgresError.Code)] = [
        ("08006", .unavailable), ("08P01", .unavailable), ("53300", .unavailable),
        ("53100", .unavailable), ("57P01", .unavailable), ("57P03", .unavailable),
        ("57014", .unavailable), ("40001", .unavailable), ("40P01", .unavailable),
        ("55P03", .unavailable), ("25P03", .unavailable), ("25006", .unavailable),
        ("26000", .unavailable), ("58030", .unavailable), ("40002", .refused),
        ("22001", .refused), ("23514", .refused), ("44000", .refused), ("54000", .refused),
        ("P0001", .refused), ("28P01", .auth), ("28000", .auth), ("42601", .fault),
        ("42501", .fault), ("3D000", .fault), ("25P02", .fault), ("0A000", .fault),
        ("XX000", .fault), ("21000", .fault), ("ZZZZZ", .fault),
    ]

    @Test("Every SQLSTATE has one answer", arguments: states)
    func answer(_ text: String, _ code: PostgresError.Code) throws {
        #expect(try #require(SQLState(text)).code == code)
    }

    @Test("What is no SQLSTATE", arguments: ["", "2350", "235055", "2350a", "23 05", "2350é"])
    func noState(_ text: String) {
        #expect(SQLState(text) == nil)
    }

    static let logins: [(url: String, name: String)] = [
        ("user=nobody dbname=postgres", "auth.28000"),
        ("user=postgres dbname=missing", "fault.3D000"),
    ]

    @Test("A refused login is told apart from a server that is away", arguments: logins)
    func login(_ url: String, _ name: String) throws {
        let folder = try SharedServer.server.get().folder
        let connection = try connect("host=\(folder) password=Sesam-Open \(url)")
        let error = failure { try connection.ping() }
        #expect(error?.name == name)
        #expect(error?.operation == .connect)
        #expect(error?.description.contains("Sesam") == false)
    }

    @Test("A wrong password is `auth`, and is not shown")
    func password() throws {
        let server = try SharedServer.server.get()
        let admin = try connect(server.url)
        try admin.run(
            script: """
                CREATE ROLE ali LOGIN PASSWORD 'Sesam-Open';
                DO $$ BEGIN EXECUTE format(
                    'COPY (VALUES (''local all ali scram-sha-256''), (''local all all trust''))'
                    ' TO %L', current_setting('hba_file')); END $$;
                SELECT pg_reload_conf();
                """)
        let url = "host=\(server.folder) dbname=postgres user=ali"
        var none: PostgresError?
        // The server reads the file when it gets to it.
        #expect(
            eventually { () -> Bool in
                do { try connect(url).ping() } catch { none = error as? PostgresError }
                return none != nil
            })
        #expect(none?.code == .auth)
        let wrong = failure { try connect(url + " password=Sesam-Shut").ping() }
        #expect(wrong?.name == "auth.28P01")
        #expect(wrong?.description.contains("Sesam") == false)
        try connect(url + " password=Sesam-Open").ping()
    }

    @Test("Nobody listens: unavailable")
    func away() throws {
        let connection = try connect("host=/nonexistent user=postgres")
        for _ in 0..<2 {
            let error = failure { try connection.ping() }
            #expect(error?.name == "unavailable")
            #expect(error?.operation == .connect)
        }
    }

    static let badURLs = [
        "", "Sesam", "postgres://u:Sesam%zz@h/d", "host=h Sesam",
        "postgres://u:p@Sesam@h:5432/d", "postgres://u:Sesam/x@h/d", "host=h port=Sesam",
        "host=h port=99999 password=Sesam", "host=h connect_timeout=soon password=Sesam",
        "host=h sesam=1 password=Sesam", "host=h\0", "postgres://u:Sesam/w@h:1/d",
    ]

    @Test("A string that libpq cannot use is refused at once, unseen", arguments: badURLs)
    func badURL(_ url: String) throws {
        let error = failure { _ = try connect(url) }
        #expect(error?.code == .settings)
        #expect(error?.description.contains("DATABASE_URL") == true)
        #expect(error?.description.lowercased().contains("sesam") == false)
    }
}
