/// The words of a command line make no command: one line for people, exit code 2.
struct UsageError: Error, Equatable, CustomStringConvertible {
    let description: String
    /// The command that was meant, as far as it was understood: where `--help` has more to say.
    var path: [String]

    init(_ description: String, path: [String] = []) {
        self.description = description
        self.path = path
    }
}

/// A command was understood and did not come out: one line for people, exit code 1.
struct Failure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What a shell is told.
enum ExitCode {
    static let success: Int32 = 0
    /// Refused, failed, or not as it should be.
    static let failure: Int32 = 1
    static let usage: Int32 = 2
}
