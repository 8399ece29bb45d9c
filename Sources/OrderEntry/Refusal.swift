import Shared

/// A refusal on its way to the command's answer.
struct Refusal: Error, Equatable, Sendable {
    let reason: RefuseReason
    /// What the code alone does not say; nil where it says all.
    let detail: String?

    init(_ reason: RefuseReason, _ detail: String? = nil) {
        self.reason = reason
        self.detail = detail
    }

    /// The answer's `reason`.
    var text: String { detail.map { "\(reason.rawValue): \($0)" } ?? reason.rawValue }
}
