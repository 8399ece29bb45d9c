import TestSupport
import Testing

/// The fixtures of `Tests/Fixtures/replay`: each worker for each type of user, and each defect of the
/// fleet that this one replaces, run by `fleet replay` as an operator would.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct ReplayTests {
    private static let folder = "\(Binaries.package)/Tests/Fixtures/replay"

    private static let workers = [
        "open", "close", "cancel", "reject", "pending", "stop-loss", "take-profit",
    ]
    /// The defects that concern orders; D12 has three faces.
    private static let defects = [
        "d01", "d02", "d03", "d04", "d05", "d06", "d07", "d08", "d09", "d10", "d11", "d12a", "d12b",
        "d12c", "d13", "d14", "d15", "d17", "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25",
        "d26", "d27", "d28", "d29", "d32", "d33", "d34", "d35", "d37", "d64",
    ]

    /// Set-up accounts have no beginning in Postgres, so nothing writes there.
    private static let processes = Binaries.processes.filter { $0 != "persistence-writer" }

    @Test(.timeLimit(.minutes(6)))
    func `every fixture comes true, and a false one fails`() throws {
        let fleet = try FleetUnderTest(processes: Self.processes)
        defer { fleet.end() }
        let names = try Self.names()
        for name in names {
            let run = try fleet.tool(["replay", "\(Self.folder)/\(name)", "--timeout", "20"])
            #expect(run.run.exit == .exited(0), "\(name): \(run.text)")
        }
        let path = "\(fleet.folder)/false.jsonl"
        try Files.write(Self.falseFixture, to: path)
        let run = try fleet.tool(["replay", path, "--timeout", "1"])
        #expect(run.run.exit == .exited(1), "\(run.text)")
        #expect(run.text.contains("state open"), "\(run.text)")
    }

    /// What a fixture expects holds every booking to the cent, so a lost or a second one is seen.
    @Test(.timeLimit(.minutes(4)), arguments: workers)
    func `a worker killed in the middle of its fixture changes nothing`(_ worker: String) throws {
        let fleet = try FleetUnderTest(processes: Self.processes)
        defer { fleet.end() }
        let name = "worker-\(worker)"
        let member = try #require(fleet.copies(of: name).first)
        let file = try #require(Self.names().first { $0.hasPrefix("\(name).jsonl") })
        // Its messages wait until there are some to be killed with.
        member.freeze()
        let replay = try Subprocess(
            Binaries.path("fleet"), ["replay", "\(Self.folder)/\(file)", "--timeout", "60"],
            environment: fleet.environment)
        let hasWork = eventually(within: .seconds(30), every: .milliseconds(1)) {
            (try? fleet.depth(ofProcess: name)) ?? 0 > 0
        }
        #expect(hasWork && replay.isRunning)
        member.thaw()
        var killer = Killer(fleet, seed: 1)
        for _ in 0..<3 where replay.isRunning { try killer.kill(member) }
        #expect(killer.kills[name, default: 0] > 0, "the fixture was over too early")
        let exit = replay.wait(within: .seconds(90))
        if exit == nil { replay.killNow() }
        #expect(exit == .exited(0), "\(replay.output.suffix(2_000))\n\(fleet.complaints)")
    }

    @Test func `each worker and each defect has its fixture`() throws {
        let names = try Self.names()
        let wanted = Self.workers.map { "worker-\($0).jsonl" } + Self.defects.map { "\($0)-" }
        for want in wanted {
            #expect(names.count { $0.hasPrefix(want) } == 1, "\(want)")
        }
        #expect(names.count == wanted.count)
    }

    /// A report of an order that is not there, said to open it.
    private static let falseFixture = """
        {"account":{"user_type":"live","user_id":"60001","group":"NONE","leverage":"1","balance":"1"}}
        {"queue":"reports","key":"user_holdings:{live:60001}:6000101",\
        "fields":{"type":"execution_report","order_id":"6000101","ord_status":"BANANA"}}
        {"expect":{"state":"open"}}
        """

    private static func names() throws -> [String] {
        let names = Files.names(in: folder).filter { $0.hasSuffix(".jsonl") }
        try #require(!names.isEmpty, "\(folder) is missing")
        return names.sorted()
    }
}
