import RedisDriver
import ServiceRuntime
import Shared

/// Reports of every kind at a steady rate, through the dispatcher and all seven workers: how long
/// each takes from its arrival to its application, and what the processes take meanwhile.
struct Load {
    let server: Server
    let url: String
    let options: Options
    let report: Report

    private static let tick: Duration = .milliseconds(5)
    private static let services = [
        "dispatcher", "worker-open", "worker-close", "worker-cancel", "worker-reject",
        "worker-pending", "worker-stop-loss", "worker-take-profit",
    ]

    struct Result {
        let latency: Histogram
        let windows: [LoadWindows.Window]
        let members: [Usage]
    }

    /// What a process took.
    struct Usage {
        let name: String
        /// Of one core.
        let share: Double
        /// Resident memory in the middle of the run and at its end, bytes.
        let halfway: Int
        let end: Int
    }

    func measure() throws -> Result {
        let reports = options.loadRate * options.loadSeconds
        let story = Storyline(reports: reports)
        let scene = Scene(
            stage: .mixed, accounts: story.accounts, ordersPerAccount: Life.allCases.count)
        report.progress("load: the scene, \(scene.accounts) accounts, \(scene.orders) orders")
        try server.reset(logged: true, partitions: options.loadPartitions)
        try Seeding(scene, in: server).state(nil)
        let members = try server.start(Load.services, redis: url)
        var windows = try LoadWindows(appliedLatency)
        let usage = try run(reports, of: story, in: scene, members, &windows)
        let latency = try latency(of: reports)
        for member in members { member.stop() }
        try server.checkApplied(reports)
        return Result(latency: latency, windows: windows.windows, members: usage)
    }

    /// The load in two halves, with a look at the processes after each.
    private func run(
        _ reports: Int, of story: Storyline, in scene: Scene, _ members: [Member],
        _ windows: inout LoadWindows
    ) throws -> [Usage] {
        let pids = members.map { ($0.name, $0.pid) } + [("redis-server", server.pid)]
        let before = try pids.map { try ProcessUsage.processor($0.1) }
        let start = MonotonicTime.now()
        report.progress("load: \(options.loadRate) reports a second, first half")
        try feed(0..<reports / 2, of: story, in: scene, &windows)
        let halfway = try pids.map { try ProcessUsage.memory($0.1) }
        report.progress("load: second half")
        try feed(reports / 2..<reports, of: story, in: scene, &windows)
        let span = Double(MonotonicTime.now().since(start).nanoseconds)
        return try pids.indices.map { index in
            let (name, pid) = pids[index]
            let used = try ProcessUsage.processor(pid) - before[index]
            return Usage(
                name: name, share: Double(used) / span, halfway: halfway[index],
                end: try ProcessUsage.memory(pid))
        }
    }

    /// Each tick sends what is due by now, as a provider does: reports come by themselves.
    private func feed(
        _ numbers: Range<Int>, of story: Storyline, in scene: Scene, _ windows: inout LoadWindows
    ) throws {
        let sink = RedisStores(server.address, partitions: server.partitions).reports
        let start = MonotonicTime.now()
        var sent = numbers.lowerBound
        while sent < numbers.upperBound {
            let elapsed = MonotonicTime.now().since(start).milliseconds
            let due = min(
                numbers.upperBound,
                numbers.lowerBound + Int(elapsed) * options.loadRate / 1_000)
            let reports = try (sent..<max(sent, due)).map {
                try placed($0, of: story, in: scene)
            }
            for reply in sink.send(reports) { try reply.get() }
            sent = max(sent, due)
            try windows.tend()
            Thread.rest(Load.tick)
        }
    }

    private func placed(
        _ number: Int, of story: Storyline, in scene: Scene
    ) throws -> PlacedReport {
        let (account, place, answer) = story.report(number)
        return PlacedReport(
            partition: try Scene.account(account).partition(of: server.partitions),
            report: try scene.report(answer, account, place))
    }

    /// The heartbeats that tell of all of them.
    private func latency(of count: Int) throws -> Histogram {
        var all = Histogram()
        try Wait.until(
            every: .milliseconds(50),
            or: "the heartbeats of the workers do not count \(count) reports"
        ) {
            all = try appliedLatency()
            return all.total >= count
        }
        return all
    }

    private func appliedLatency() throws -> Histogram {
        try server.latency(of: Array(Load.services.dropFirst()))
    }
}
