import ServiceRuntime

/// How long the writer leaves a store alone that was away: from 100 ms doubling to 2 s.
struct AwayPause {
    private static let first: Duration = .milliseconds(100)
    private static let longest: Duration = .seconds(2)

    private(set) var pause: Duration = .zero
    private var until = MonotonicTime.distantPast

    func isResting(at now: MonotonicTime) -> Bool { now < until }

    mutating func failed(at now: MonotonicTime) {
        pause = min(max(AwayPause.first, pause * 2), AwayPause.longest)
        until = now.advanced(by: pause)
    }

    mutating func isBack() { pause = .zero }
}
