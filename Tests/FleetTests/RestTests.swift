import Glibc
import TestSupport
import Testing

/// A worker that has nothing to do costs next to nothing, whatever it had to do before.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct RestTests {
    @Test(
        .enabled(
            if: Binaries.areRelease,
            "memory and idle time are those of release binaries: set ORDERFLEET_BIN to them"),
        .timeLimit(.minutes(4)))
    func `a worker at rest after a load is under 20 MB and 0.5 percent of a core`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let trade = try Trade(fleet, orders: 2_000, window: 200)
        try trade.finish(fleet, within: .seconds(120))
        try fleet.awaitRest()
        let workers = fleet.members.filter { $0.name.hasPrefix("worker-") }
        let seconds = 20
        let before = workers.map { ticks(of: $0.pid) }
        let began = ContinuousClock.now
        _ = eventually(within: .seconds(seconds + 1), every: .milliseconds(200)) {
            ContinuousClock.now - began >= .seconds(seconds)
        }
        let elapsed = (ContinuousClock.now - began) / .seconds(1)
        for (member, start) in zip(workers, before) {
            let used = Double(ticks(of: member.pid) - start) / Double(sysconf(Int32(_SC_CLK_TCK)))
            let percent = used / elapsed * 100
            let megabytes = Double(residentKilobytes(of: member.pid)) / 1_000
            print("\(member.name) at rest: \(megabytes) MB, \(percent) % of a core")
            #expect(megabytes < 20, "\(member.name)")
            #expect(percent < 0.5, "\(member.name)")
        }
    }

    /// Time on a core so far, user and system, in clock ticks.
    private func ticks(of pid: pid_t) -> Int {
        let stat = Files.read("/proc/\(pid)/stat")
        // After the name, which may hold blanks, they are the twelfth and thirteenth field.
        let fields = stat.suffix(from: stat.lastIndex(of: ")") ?? stat.startIndex)
            .split(separator: " ")
        return (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
    }

    private func residentKilobytes(of pid: pid_t) -> Int {
        let line = Files.read("/proc/\(pid)/status").split(separator: "\n")
            .first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first ?? .max
    }
}
