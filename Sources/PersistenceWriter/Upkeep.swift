import ServiceRuntime

/// When the writer looks after what does not come as an event.
struct Upkeep {
    /// Events that stay in the stream behind the oldest that somebody needs, ms (architecture §3).
    static let kept: Int64 = 600_000
    private static let trimEvery: Duration = .seconds(10)
    /// A trim that removed so many has more to remove: it goes on at once.
    private static let moreToTrim = 1_000
    private static let lookEvery: Duration = .seconds(2)

    private var nextTrim = MonotonicTime.distantPast
    private var nextLook = MonotonicTime.distantPast
    private var hasLooked = false

    func isTrimDue(at now: MonotonicTime) -> Bool { now >= nextTrim }

    mutating func trimmed(_ count: Int, at now: MonotonicTime) {
        nextTrim = count >= Upkeep.moreToTrim ? now : now.advanced(by: Upkeep.trimEvery)
    }

    /// Before anything is written, and while some account is stopped.
    func isParkedDue(at now: MonotonicTime, whileStopped: Bool) -> Bool {
        !hasLooked || whileStopped && now >= nextLook
    }

    mutating func looked(at now: MonotonicTime) {
        hasLooked = true
        nextLook = now.advanced(by: Upkeep.lookEvery)
    }
}
