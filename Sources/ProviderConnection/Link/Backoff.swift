import ServiceRuntime

/// How long to wait before the next try to connect: doubling to a longest wait, and scattered, so
/// that processes that lost one provider together do not come back together.
struct Backoff: Sendable, Equatable {
    struct Rules: Sendable, Equatable {
        var first: Duration = .milliseconds(250)
        var longest: Duration = .seconds(30)
    }

    private let rules: Rules
    private var failures = 0

    init(_ rules: Rules) { self.rules = rules }

    /// Half to all of the wait whose turn it is.
    ///
    /// - Parameter chance: any number; the wait depends on it evenly.
    mutating func next(chance: UInt64) -> Duration {
        let full = min(rules.first * (1 << min(failures, 20)), rules.longest)
        failures += 1
        let half = max(1, full.nanoseconds / 2)
        return .nanoseconds(half + Int64(chance % UInt64(half + 1)))
    }

    /// A connection has shown that it works.
    mutating func reset() { failures = 0 }
}
