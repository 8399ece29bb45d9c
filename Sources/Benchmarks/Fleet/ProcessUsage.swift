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
        guard let file = fopen("/proc/\(pid)/status", "r") else {
            throw BenchmarkError("process \(pid) has ended")
        }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, CInt(line.count), file) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("VmRSS:") else { continue }
            let digits = text.filter(\.isNumber)
            if let kilobytes = Int(digits) { return kilobytes * 1_024 }
        }
        throw BenchmarkError("process \(pid) has no VmRSS")
    }
}
