import Shared

extension CommandResult {
    /// A refusal of the moment, not of the command: the same under a new id may be accepted.
    var isPassing: Bool {
        guard !isAccepted, let code = reason.flatMap({ RefuseReason(answered: $0) }) else {
            return false
        }
        return [.noPrice, .stalePrice].contains(code)
    }
}
