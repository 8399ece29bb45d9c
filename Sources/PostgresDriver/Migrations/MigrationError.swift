/// Why the schema was not brought up to date.
package struct MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case folderUnreadable = "folder_unreadable"
        /// Not `0001_name.sql`.
        case badName = "bad_name"
        /// Versions must count 1, 2, 3, … without gap or repeat.
        case badOrder = "bad_order"
        /// A file was changed after it had been applied.
        case changed
        /// The database has a migration that the folder has not: it belongs to a newer fleet.
        case unknown
        /// The file ends the transaction that it is run in.
        case endsTransaction = "ends_transaction"
        /// Postgres refused; what it said is in `cause`.
        case failed
    }

    package let code: Code
    /// The file concerned; empty where none is.
    package let file: String
    package let detail: String
    package let cause: PostgresError?

    init(_ code: Code, _ file: String, _ detail: String, cause: PostgresError? = nil) {
        self.code = code
        self.file = file
        self.detail = detail
        self.cause = cause
    }

    package var description: String {
        "migration \(code.rawValue)\(file.isEmpty ? "" : " \(file)"): \(detail)"
    }
}
