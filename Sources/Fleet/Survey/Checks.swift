/// What a check found.
struct CheckResult: Sendable, Equatable {
    enum Verdict: String, Sendable { case ok, warning, failed }

    let check: String
    let verdict: Verdict
    let detail: String

    static func ok(_ check: String, _ detail: String) -> Self {
        Self(check: check, verdict: .ok, detail: detail)
    }

    static func warning(_ check: String, _ detail: String) -> Self {
        Self(check: check, verdict: .warning, detail: detail)
    }

    static func failed(_ check: String, _ detail: String) -> Self {
        Self(check: check, verdict: .failed, detail: detail)
    }

    /// Passes or fails.
    static func demand(_ check: String, _ holds: Bool, _ detail: String) -> Self {
        Self(check: check, verdict: holds ? .ok : .failed, detail: detail)
    }
}
