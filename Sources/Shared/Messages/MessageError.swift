/// Why a queue entry is no message.
package enum MessageError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownVersion(String)
    case unreadable(FieldError)

    package var deadReason: DeadReason {
        switch self {
        case .unknownVersion: .unknownVersion
        case .unreadable: .unreadable
        }
    }

    package var description: String {
        switch self {
        case .unknownVersion(let version): "v '\(version)' is not \(MessageVersion.knownText)"
        case .unreadable(let error): error.description
        }
    }
}
