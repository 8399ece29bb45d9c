/// What the kernel says of all cores together, since the machine started, clock ticks.
struct MachineUsage {
    let all: Int64
    /// Time in which a virtual core had work and its host did not let it run.
    let stolen: Int64

    static func now() throws -> MachineUsage {
        let text = try KernelFile.lines(of: "/proc/stat").first ?? ""
        // cpu user nice system idle iowait irq softirq steal …; guests are part of the users.
        let ticks = text.split(whereSeparator: \.isWhitespace).dropFirst().compactMap { Int64($0) }
        guard ticks.count >= 8 else { throw BenchmarkError("/proc/stat names no stolen time") }
        return MachineUsage(all: ticks.prefix(8).reduce(0, +), stolen: ticks[7])
    }

    /// Share of all cores' time since then.
    func stolen(since earlier: MachineUsage) -> Double {
        Double(stolen - earlier.stolen) / Double(max(1, all - earlier.all))
    }
}
