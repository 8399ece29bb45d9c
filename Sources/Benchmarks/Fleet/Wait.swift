import ServiceRuntime

/// Waiting for what other processes do.
enum Wait {
    /// Asks again and again until it is so.
    ///
    /// - Parameter complaint: what to say when the time is over.
    static func until(
        within limit: Duration = .seconds(120), every pause: Duration = .milliseconds(10),
        or complaint: String, _ isSo: () throws -> Bool
    ) throws {
        let deadline = MonotonicTime.now().advanced(by: limit)
        while try !isSo() {
            guard MonotonicTime.now() < deadline else { throw BenchmarkError(complaint) }
            Thread.rest(pause)
        }
    }
}
