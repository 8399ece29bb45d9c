import Shared

extension CommandResult {
    /// A refusal of the moment, not of the command: the same under a new id may be accepted.
    var isPassing: Bool {
        guard !isAccepted, let reason else { return false }
        return ["try_again", "no_price", "stale_price"].contains { reason.hasPrefix($0) }
    }
}
