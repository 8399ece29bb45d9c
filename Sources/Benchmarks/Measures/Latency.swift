import RedisDriver
import ServiceRuntime
import Shared

/// From a report's arrival to its application, at a steady rate, through dispatcher and worker.
struct Latency {
    let server: Server
    let url: String
    let options: Options
    let report: Report

    private static let tick: Duration = .milliseconds(5)

    func measure() throws -> Histogram {
        let reports = options.latencyRate * options.latencySeconds
        let scene = Scene(
            stage: .queued,
            accounts: (reports + options.ordersPerAccount - 1)
                / options.ordersPerAccount, ordersPerAccount: options.ordersPerAccount)
        report.progress("latency: the scene, \(scene.accounts) accounts")
        try server.reset(logged: true)
        try Seeding(scene, in: server).state(nil)
        let dispatcher = try Member("dispatcher", redis: url)
        let worker = try Member("worker-open", redis: url)
        try server.waitForLanes(of: "dispatcher")
        try server.waitForLanes(of: "worker-open")
        report.progress("latency: \(options.latencyRate) reports a second")
        try feed(reports, of: scene)
        while try server.depth(.reports) + server.depth(.open) > 0 {
            Thread.rest(.milliseconds(10))
        }
        let histogram = try waitForBeat(reports)
        dispatcher.stop()
        worker.stop()
        try server.checkApplied(reports)
        return histogram
    }

    /// Each tick sends what is due by now, as a provider does: reports come by themselves.
    private func feed(_ count: Int, of scene: Scene) throws {
        let sink = RedisStores(server.address, partitions: Scene.partitions).reports
        let start = MonotonicTime.now()
        var sent = 0
        while sent < count {
            let elapsed = MonotonicTime.now().since(start).milliseconds
            let due = min(count, Int(elapsed) * options.latencyRate / 1_000)
            let reports = try (sent..<max(sent, due)).map { try placed($0, of: scene) }
            for reply in sink.send(reports) { try reply.get() }
            sent = max(sent, due)
            Thread.rest(Latency.tick)
        }
    }

    private func placed(_ number: Int, of scene: Scene) throws -> PlacedReport {
        let account = number % scene.accounts
        return PlacedReport(
            partition: try Scene.account(account).partition(of: Scene.partitions),
            report: try scene.report(account, number / scene.accounts))
    }

    /// The heartbeat that tells of all of them.
    private func waitForBeat(_ count: Int) throws -> Histogram {
        for _ in 0..<100 {
            let text = try server.heartbeat(of: "worker-open")?["latency"]
            if let histogram = text.flatMap({ Histogram($0) }), histogram.total >= count {
                return histogram
            }
            Thread.rest(.milliseconds(50))
        }
        throw BenchmarkError("the heartbeat of worker-open does not count \(count) fills")
    }
}
