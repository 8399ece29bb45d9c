import PostgresDriver
import TestSupport
import Testing

@Suite("Postgres migrations", .enabled(if: PrivatePostgres.shouldRun))
struct PostgresMigrationTests {
    static let files = [
        "0001_first.sql": "CREATE TABLE first (n int);\nINSERT INTO first VALUES (1);",
        "0002_second.sql": "ALTER TABLE first ADD COLUMN m int; -- ünicode 'quote\n",
        "README.md": "not SQL",
    ]

    @Test("Each file once, in order; a second run does nothing")
    func twice() throws {
        let connection = try SharedServer.connection(.migration)
        let folder = try MigrationFolder(path: try write(Self.files))
        #expect(
            try Migrator.pending(connection: connection, folder: folder)
                == ["0001_first.sql", "0002_second.sql"])
        let first = try Migrator.run(connection: connection, folder: folder)
        #expect(first.applied == ["0001_first.sql", "0002_second.sql"])
        #expect(first.present == 0)
        let second = try Migrator.run(connection: connection, folder: folder)
        #expect(second.applied.isEmpty)
        #expect(second.present == 2)
        #expect(try Migrator.pending(connection: connection, folder: folder).isEmpty)
        #expect(try connection.query("SELECT n, m FROM first").count == 1)
        let rows = try connection.query(
            "SELECT name, checksum FROM schema_migrations ORDER BY version")
        #expect(try rows.map { try $0.text("name") } == first.applied)
        // As sha256sum says.
        let sum = "393ad4fd35b885349261ae8fe9678f2b" + "a9ecea2f23cd8deb56214cc161baaf56"
        #expect(try rows[0].text("checksum") == sum)
    }

    @Test("A file that changed after it was applied is refused; a new one is not")
    func changed() throws {
        let connection = try SharedServer.connection(.migration)
        var files = Self.files
        try run(files, connection)
        files["0003_third.sql"] = "CREATE TABLE third ()"
        files["0002_second.sql"]? += " "
        for _ in 0..<2 {
            let error = migrationFailure { try run(files, connection) }
            #expect(error?.code == .changed)
            #expect(error?.file == "0002_second.sql")
        }
        files["0002_second.sql"] = Self.files["0002_second.sql"]
        #expect(try run(files, connection).applied == ["0003_third.sql"])
    }

    @Test("A database that is ahead of the folder is refused")
    func ahead() throws {
        let connection = try SharedServer.connection(.migration)
        try run(Self.files, connection)
        var files = Self.files
        files["0002_second.sql"] = nil
        let error = migrationFailure { try run(files, connection) }
        #expect(error?.code == .unknown)
        #expect(error?.file == "0002_second.sql")
    }

    @Test("A file that fails leaves nothing of itself, and what came before it")
    func failing() throws {
        let connection = try SharedServer.connection(.migration)
        var files = Self.files
        files["0002_second.sql"] = "CREATE TABLE half (); SELECT nothing;"
        let error = migrationFailure { try run(files, connection) }
        #expect(error?.code == .failed)
        #expect(error?.file == "0002_second.sql")
        #expect(error?.cause?.name == "fault.42703")
        let left = try connection.query(
            "SELECT to_regclass('first') IS NOT NULL AS first, to_regclass('half') IS NULL AS half")
        #expect(try left[0].bool("first"))
        #expect(try left[0].bool("half"))
        #expect(try run(Self.files, connection).applied == ["0002_second.sql"])
    }

    @Test("A file that ends its transaction is refused", arguments: ["COMMIT", "ROLLBACK"])
    func ending(_ end: String) throws {
        let connection = try SharedServer.connection(.migration)
        try run(Self.files, connection)
        var files = Self.files
        files["0003_third.sql"] = "CREATE TABLE third (); \(end);"
        let error = migrationFailure { try run(files, connection) }
        #expect(error?.code == .endsTransaction)
        #expect(error?.file == "0003_third.sql")
        #expect(try connection.query("SELECT * FROM schema_migrations").count == 2)
    }

    @Test("Two runners at once share the work")
    func together() async throws {
        let url = try SharedServer.database()
        let files = Dictionary(
            uniqueKeysWithValues: (1...9).map {
                ("000\($0)_t.sql", "CREATE TABLE t\($0) (); SELECT pg_sleep(0.01);")
            })
        let path = try write(files)
        let reports = try await withThrowingTaskGroup(of: Migrator.Report.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let connection = try connect(url, .migration)
                    return try Migrator.run(
                        connection: connection, folder: try MigrationFolder(path: path))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(reports.flatMap(\.applied).sorted() == files.keys.sorted())
        #expect(reports.allSatisfy { $0.applied.count + $0.present == 9 })
    }

    static let badFolders: [([String: String], MigrationError.Code)] = [
        ([:], .folderUnreadable), (["x.txt": ""], .folderUnreadable),
        (["0001_a.sql": "", "0003_c.sql": ""], .badOrder),
        (["0001_a.sql": "", "0001_b.sql": ""], .badOrder), (["0002_b.sql": ""], .badOrder),
        (["1_a.sql": ""], .badName), (["0001-a.sql": ""], .badName), (["0001_.sql": ""], .badName),
        (["0001.sql": ""], .badName), (["0001_A.sql": ""], .badName),
        (["a_0001.sql": ""], .badName),
    ]

    @Test("Folders that make no sense are refused before anything runs", arguments: badFolders)
    func badFolder(_ files: [String: String], _ code: MigrationError.Code) throws {
        let path = try write(files)
        let error = migrationFailure { _ = try MigrationFolder(path: path) }
        #expect(error?.code == code)
    }

    @Test("A folder that is not there")
    func noFolder() {
        let error = migrationFailure { _ = try MigrationFolder(path: "/nonexistent") }
        #expect(error?.code == .folderUnreadable)
    }

    @discardableResult
    private func run(
        _ files: [String: String], _ connection: PostgresConnection
    ) throws -> Migrator.Report {
        try Migrator.run(
            connection: connection, folder: try MigrationFolder(path: try write(files)))
    }

    private func write(_ files: [String: String]) throws -> String {
        let path = try TestFolder.fresh("m")
        for (name, text) in files { try Files.write(text, to: "\(path)/\(name)") }
        return path
    }

    private func migrationFailure(_ body: () throws -> Void) -> MigrationError? {
        do {
            try body()
            Issue.record("nothing was thrown")
        } catch let error as MigrationError {
            return error
        } catch {
            Issue.record("thrown: \(error)")
        }
        return nil
    }
}
