/// What became of a message, as it shows from outside.
enum FixtureOutcome: Sendable, Equatable, CustomStringConvertible {
    static let words = ["applied", "ignored", "deferred", "dead", "accepted", "refused"]

    case applied, ignored, deferred, accepted
    case dead(String)
    case refused(String)

    var description: String {
        switch self {
        case .applied: "applied"
        case .ignored: "ignored"
        case .deferred: "deferred"
        case .accepted: "accepted"
        case .dead(let reason): ["dead", reason].joined(separator: ":")
        case .refused(let reason): ["refused", reason].joined(separator: ":")
        }
    }

    /// Whether an expectation, with or without a reason, says the same.
    func matches(_ expected: String) -> Bool {
        let text = description
        return text == expected || (!expected.contains(":") && text.hasPrefix(expected + ":"))
    }
}
