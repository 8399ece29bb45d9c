import ServiceRuntime

/// A run of the mixed load in pieces: what disturbs a few seconds of it is seen there and nowhere else.
struct LoadWindows {
    struct Window {
        let latency: Histogram
        /// Share of all cores' time that the machine's host took.
        let stolen: Double
    }

    private static let length: Duration = .seconds(10)

    private(set) var windows: [Window] = []
    private let look: () throws -> Histogram
    private var began: MonotonicTime
    private var latency: Histogram
    private var usage: MachineUsage

    /// - Parameter look: all latencies until now.
    init(_ look: @escaping () throws -> Histogram) throws {
        self.look = look
        began = .now()
        latency = try look()
        usage = try .now()
    }

    /// To be called often: ends the window whose time is over.
    mutating func tend() throws {
        guard MonotonicTime.now().since(began) >= LoadWindows.length else { return }
        let seen = (try look(), try MachineUsage.now())
        var latency = seen.0
        latency.subtract(self.latency)
        windows.append(Window(latency: latency, stolen: seen.1.stolen(since: usage)))
        (self.latency, usage) = seen
        began = .now()
    }
}
