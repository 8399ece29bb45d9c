import Glibc

/// Time of this machine that never steps: nanoseconds since an arbitrary moment. It measures
/// spans; ages of data come from the server that holds the data.
package struct MonotonicTime: Hashable, Comparable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Far enough that every span since is long, near enough that it can be counted.
    package static let distantPast = MonotonicTime(nanoseconds: -(1 << 61))

    package static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package func advanced(by duration: Duration) -> MonotonicTime {
        MonotonicTime(nanoseconds: nanoseconds + duration.nanoseconds)
    }

    package func since(_ earlier: MonotonicTime) -> Duration {
        .nanoseconds(nanoseconds - earlier.nanoseconds)
    }
}

/// What a server's clock said, and when it was asked by this machine's. So whoever slept on the answer
/// knows that it is old.
package struct ServerClock: Sendable {
    /// Milliseconds.
    package let said: Int64
    /// No later than the server was.
    package let asked: MonotonicTime

    package init(said: Int64, asked: MonotonicTime) {
        self.said = said
        self.asked = asked
    }

    /// The server's clock by now, ms; perhaps more by as long as the answer took, never less.
    package func latest(at now: MonotonicTime) -> Int64 { said + now.since(asked).milliseconds }
}

extension Duration {
    package var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }

    package var milliseconds: Int64 { nanoseconds / 1_000_000 }
}

/// The calendar's time, milliseconds since 1970; for generated ids and log lines only.
package enum WallClock {
    package static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
