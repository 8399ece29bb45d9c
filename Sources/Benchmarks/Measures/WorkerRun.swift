import ServiceRuntime
import Shared

/// The real binary of a worker on a full queue.
struct WorkerRun {
    let server: Server
    let binary: String

    init(_ scene: Scene, in server: Server) {
        self.server = server
        binary = scene.role == .close ? "worker-close" : "worker-open"
    }

    /// The worker has its lanes and rests; it is frozen while its queue is filled, so that its run
    /// begins with full batches and at one moment.
    ///
    /// - Parameter atStart: called when the queue is full, before the worker goes on.
    func run(
        _ stage: inout Stage, through url: String, atStart: () -> Void = {}
    ) throws -> (Run, Member) {
        let worker = try Member(binary, redis: url)
        try server.waitForLanes(of: binary)
        worker.freeze()
        try stage.send()
        atStart()
        let watch = try Stopwatch(server, worker)
        worker.thaw()
        try Wait.until(or: "\(binary) did not settle its queue within two minutes") {
            try server.depth(stage.scene.role) == 0
        }
        let run = try watch.stop(fills: stage.fills)
        try server.checkApplied(stage.fills)
        return (run, worker)
    }
}

extension Server {
    /// Every fill is an event; nothing else is.
    func checkApplied(_ fills: Int) throws {
        let events = try events()
        guard events == fills else {
            throw BenchmarkError("of \(fills) messages \(events) were applied")
        }
    }
}
