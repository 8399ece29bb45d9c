/// Brings the schema up to date (architecture §5): each file once, in order, each in a transaction
/// of its own together with its row in `schema_migrations`.
///
/// Any number of runners may do so at once: an advisory lock lets them take turns, file by file.
package enum Migrator {
    /// What a run found and did.
    package struct Report: Sendable, Equatable {
        /// Files applied by this run, in order.
        package var applied: [String] = []
        /// Files that were there before, or that another runner applied meanwhile.
        package var present = 0
    }

    /// - Parameter connection: made with `PostgresSettings.migration`, whose limits are longer.
    package static func run(
        connection: PostgresConnection, folder: MigrationFolder
    ) throws(MigrationError) -> Report {
        let history = try MigrationHistory(folder, connection)
        var report = Report()
        while let name = try applyNext(history, connection) { report.applied.append(name) }
        report.present = folder.migrations.count - report.applied.count
        return report
    }

    /// Names of the files that a run would apply. Changes nothing; refuses what a run would refuse.
    package static func pending(
        connection: PostgresConnection, folder: MigrationFolder
    ) throws(MigrationError) -> [String] {
        let history = try MigrationHistory(folder, connection)
        let rows: [MigrationHistory.Row]
        do {
            let table = try connection.query("SELECT to_regclass('schema_migrations') AS name")
            let isNew = try table[0].isNull("name")
            rows = isNew ? [] : try MigrationHistory.read(connection)
        } catch {
            throw failed("", error)
        }
        try history.check(rows).get()
        return folder.migrations.dropFirst(rows.count).map(\.name)
    }

    static func failed(_ file: String, _ cause: PostgresError) -> MigrationError {
        MigrationError(.failed, file, cause.description, cause: cause)
    }
}

extension Migrator {
    /// The name of the file that was applied; nil when there is none left.
    private static func applyNext(
        _ history: MigrationHistory, _ connection: PostgresConnection
    ) throws(MigrationError) -> String? {
        var file = ""
        let outcome: Result<String?, MigrationError>
        do {
            outcome = try connection.transaction { () throws(PostgresError) in
                try MigrationHistory.lock(connection)
                let rows = try MigrationHistory.read(connection)
                if case .failure(let error) = history.check(rows) {
                    return .rollback(.failure(error))
                }
                guard rows.count < history.migrations.count else {
                    return .rollback(.success(nil))
                }
                file = history.migrations[rows.count].name
                return try apply(rows.count, of: history, connection)
            }
        } catch {
            throw failed(file, error)
        }
        return try outcome.get()
    }

    private static func apply(
        _ index: Int, of history: MigrationHistory, _ connection: PostgresConnection
    ) throws(PostgresError) -> PostgresConnection.Ending<Result<String?, MigrationError>> {
        let migration = history.migrations[index]
        try connection.run(script: migration.sql)
        guard connection.serverIsInTransaction else {
            let why = "it holds a COMMIT or ROLLBACK; what stands before that may have been applied"
            return .rollback(.failure(MigrationError(.endsTransaction, migration.name, why)))
        }
        try history.note(index, connection)
        return .commit(.success(migration.name))
    }
}
