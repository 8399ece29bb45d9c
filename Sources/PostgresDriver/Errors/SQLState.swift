/// The five characters by which Postgres names how a statement failed (Postgres manual, appendix A).
package struct SQLState: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Nil unless the text is five digits or capital letters.
    package init?(_ text: some StringProtocol) {
        let known = text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        guard text.utf8.count == 5, known else { return nil }
        self.text = String(text)
    }

    /// Also what a prepared statement says whose table has changed since.
    static let notSupported = SQLState("0A000")

    /// A canceller, or the statement timeout.
    static let cancelled = SQLState("57014")

    package var description: String { text }

    /// What a caller does about it. An entry for the state comes before one for its class; a state
    /// that neither table knows is a fault of ours, never silently retried nor blamed on a row.
    package var code: PostgresError.Code {
        Self.states[text] ?? Self.classes[String(text.prefix(2))] ?? .fault
    }

    private static let states: [String: PostgresError.Code] = [
        "25P03": .unavailable,  // the session sat idle in its transaction and was ended
        "25006": .unavailable,  // read only: a standby answered, a fail-over is going on
        "26000": .unavailable,  // the prepared statement is gone (a pooler changed the session)
        "40002": .refused,  // an integrity rule refused at commit
        "55P03": .unavailable,  // lock timeout
        "P0001": .refused,  // a rule of the schema raised an exception
    ]

    private static let classes: [String: PostgresError.Code] = [
        "08": .unavailable,  // connection
        "22": .refused,  // the data
        "23": .refused,  // an integrity constraint
        "28": .auth,  // who we are
        "40": .unavailable,  // deadlock, serialization
        "44": .refused,  // check option of a view
        "53": .unavailable,  // resources: connections, disk, memory
        "54": .refused,  // limits: a value too large for its index
        "57": .unavailable,  // the operator: shutdown, starting up, cancelled, statement timeout
        "58": .unavailable,  // the server's own input and output
        "72": .unavailable,  // snapshot too old
    ]
}
