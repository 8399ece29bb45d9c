import Glibc

/// What the kernel says of a process.
enum ProcessUsage {
    /// Time on any core since its start, all threads, nanoseconds.
    static func processor(_ pid: pid_t) throws -> Int64 {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            throw BenchmarkError("process \(pid) has ended")
        }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Resident memory (`VmRSS`), bytes.
    static func memory(_ pid: pid_t) throws -> Int {
        let lines = try KernelFile.lines(of: "/proc/\(pid)/status")
        guard let line = lines.first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = Int(line.filter(\.isNumber))
        else { throw BenchmarkError("process \(pid) has no VmRSS") }
        return kilobytes * 1_024
    }
}
