/// Why a private server or a child process could not be had.
package enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The program is not on this machine.
    case missing(program: String, package: String)
    case system(operation: String, reason: String)
    /// It ended, or was not ready in time; with the last lines that it wrote.
    case notReady(server: String, log: String)

    package var description: String {
        switch self {
        case .missing(let program, let package):
            "\(program) is not installed: apt-get install \(package)"
        case .system(let operation, let reason): "\(operation): \(reason)"
        case .notReady(let server, let log): "\(server) did not become ready:\n\(log)"
        }
    }
}
