import RedisDriver
import ServiceRuntime
import Shared

/// How many messages a second a worker takes, against its own bytes sent by one plain connection.
struct Throughput {
    let server: Server
    let url: String
    let options: Options
    let report: Report

    /// What one way to run it came to.
    struct Result {
        var worker: [Run] = []
        var raw: [Run] = []
        /// Commands a fill that the worker sent, and the bytes of them.
        var sent = 0.0
        var bytes = 0.0
    }

    func measure(_ stageOfOrders: Scene.Stage, logged: Bool) throws -> Result {
        let scene = Scene(
            stage: stageOfOrders, accounts: options.accounts,
            ordersPerAccount: options.ordersPerAccount)
        let name = stageOfOrders == .queued ? "fills" : "closes"
        let log = logged ? "with the log" : "without the log"
        report.progress("\(name) \(log): the scene, \(scene.accounts) accounts")
        var stage = try Stage(scene, fills: scene.orders, in: server, logged: logged)
        var result = Result()
        report.progress("\(name) \(log): recording")
        var (before, recorded) = try record(&stage, logged, &result)
        for round in 1...options.rounds {
            report.progress("\(name) \(log): worker, round \(round) of \(options.rounds)")
            try stage.set(logged: logged)
            let (run, worker) = try WorkerRun(scene, in: server).run(&stage, through: url)
            worker.stop()
            result.worker.append(run)
            report.progress("\(name) \(log): replay, round \(round) of \(options.rounds)")
            try stage.set(logged: logged)
            result.raw.append(try replay(&before, &recorded, &stage))
        }
        return result
    }

    private func record(
        _ stage: inout Stage, _ logged: Bool, _ result: inout Result
    ) throws -> (before: Tape, recorded: Tape) {
        let socket = RunFolder.path("sock")
        let recorder = try Recorder(at: socket, before: server.endpoint)
        defer { recorder.stop() }
        try stage.set(logged: logged)
        var before = Tape()
        let (run, worker) = try WorkerRun(stage.scene, in: server).run(
            &stage, through: "redis+unix://" + socket, atStart: { before = recorder.take() })
        var recorded = recorder.take()
        worker.stop()
        result.sent = Double(recorded.commands) / Double(run.fills)
        result.bytes = Double(recorded.size) / Double(run.fills)
        try recorded.prepare(after: before) { try server.digest(of: $0) }
        return (before, recorded)
    }

    /// The bytes of the recorded run, from the same state, a pipeline at a time.
    private func replay(
        _ before: inout Tape, _ recorded: inout Tape, _ stage: inout Stage
    ) throws -> Run {
        let connection = try RawConnection(server.endpoint)
        try before.replay(on: connection)
        try stage.send()
        let watch = try Stopwatch(server, nil)
        var used = try ProcessUsage.processor(server.pid)
        var parts: [String: Double] = [:]
        try recorded.replay(on: connection) { name in
            let now = try ProcessUsage.processor(server.pid)
            parts[name, default: 0] += Double(now - used) / Double(stage.fills) / 1_000
            used = now
        }
        var run = try watch.stop(fills: stage.fills)
        run.parts = parts
        guard try server.depth(stage.scene.role) == 0 else {
            throw BenchmarkError("the replay did not settle every message")
        }
        try server.checkApplied(stage.fills)
        return run
    }
}
