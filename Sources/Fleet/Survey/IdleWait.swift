import ServiceRuntime
import Shared

/// Waits until nothing is on its way any more.
enum IdleWait {
    /// Between two looks.
    private static let pause: Duration = .milliseconds(100)

    /// The queues as they stand when two looks in a row saw them empty and nothing happened between
    /// the two, or when the time is over.
    static func wait(_ survey: QueueSurvey, timeout: Duration) throws -> [QueueState] {
        let deadline = MonotonicTime.now().advanced(by: timeout)
        var progress = Progress()
        defer { progress.end() }
        var last = try survey.look()
        while MonotonicTime.now() < deadline {
            Thread.rest(pause)
            let states = try survey.look()
            let isQuiet = (last + states).allSatisfy(\.isIdle)
            if isQuiet, last.map(\.lastEntry) == states.map(\.lastEntry) { return states }
            last = states
            let depth = states.reduce(0) { $0 + $1.depth + $1.delayed }
            progress.say("not handled: \(depth)")
        }
        return last
    }
}
