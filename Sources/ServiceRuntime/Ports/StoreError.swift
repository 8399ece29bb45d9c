/// Why a store did not do what it was asked.
package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Redis or Postgres is away, loading, full or moving: nobody's fault. The work waits. Whether
    /// it was done is not known.
    case unavailable(operation: String, detail: String)
    /// The store answered that it cannot: a wrong type, a script's error, a row it refuses.
    case refused(operation: String, detail: String)

    package var isUnavailable: Bool {
        switch self {
        case .unavailable: true
        case .refused: false
        }
    }

    /// A short bounded name, to count by.
    package var code: String {
        switch self {
        case .unavailable: "unavailable"
        case .refused: "refused"
        }
    }

    package var description: String {
        switch self {
        case .unavailable(let operation, let detail): "\(operation) is unavailable: \(detail)"
        case .refused(let operation, let detail): "\(operation) was refused: \(detail)"
        }
    }
}
