import ServiceRuntime
import Shared

/// What a worker takes when it has nothing to do, after it had much.
struct Rest {
    let server: Server
    let url: String
    let options: Options
    let report: Report

    struct Result {
        /// Bytes.
        let memory: Int
        /// Of one core.
        let share: Double
    }

    func measure() throws -> Result {
        let scene = Scene(
            stage: .queued, accounts: options.accounts,
            ordersPerAccount: options.ordersPerAccount)
        report.progress("rest: a run before it")
        var stage = try Stage(scene, fills: scene.orders, in: server, logged: true)
        try stage.set(logged: true)
        let (_, worker) = try WorkerRun(scene, in: server).run(&stage, through: url)
        report.progress("rest: \(options.restSeconds) s")
        let before = try ProcessUsage.processor(worker.pid)
        let start = MonotonicTime.now()
        Thread.rest(.seconds(options.restSeconds))
        let used = try ProcessUsage.processor(worker.pid) - before
        let result = Result(
            memory: try ProcessUsage.memory(worker.pid),
            share: Double(used) / Double(MonotonicTime.now().since(start).nanoseconds))
        worker.stop()
        return result
    }
}
