import Shared

extension CommandResult {
    /// A refusal of the moment, not of the command: the same under a new id may be accepted.
    var isPassing: Bool {
        guard !isAccepted, let reason else { return false }
        switch RefuseReason(answered: reason) {
        case .noPrice, .stalePrice: return true
        default: return false
        }
    }
}
