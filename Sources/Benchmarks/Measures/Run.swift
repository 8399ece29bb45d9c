import RedisDriver
import ServiceRuntime
import Shared

/// One run of a worker, or of a replay, from its first message to its last settlement.
struct Run {
    let fills: Int
    let seconds: Double
    /// Time on a core, microseconds a fill.
    let workerCost: Double
    let serverCost: Double
    /// Commands a fill that the server ran, those inside scripts included.
    let commands: Double
    /// Redis' time on a core by what it was asked, microseconds a fill; of a replay only.
    var parts: [String: Double] = [:]

    var rate: Double { Double(fills) / seconds }
}

/// A scene, ready to be set as often as is needed, by bytes that are always the same.
struct Stage {
    let scene: Scene
    let fills: Int
    private var state: Tape
    private var messages: Tape
    private let server: Server
    /// Whether the scene stands as it was first made.
    private var isSet = true

    init(_ scene: Scene, fills: Int, in server: Server, logged: Bool) throws {
        self.scene = scene
        self.fills = fills
        self.server = server
        try server.reset(logged: logged)
        let seeding = Seeding(scene, in: server)
        messages = try seeding.messages(fills: fills)
        try server.reset(logged: logged)
        state = try seeding.state()
        try state.prepare { try server.digest(of: $0) }
    }

    mutating func set(logged: Bool) throws {
        defer { isSet = false }
        guard !isSet else { return }
        try server.reset(logged: logged)
        try state.replay(on: try RawConnection(server.endpoint))
    }

    mutating func send() throws {
        try messages.replay(on: try RawConnection(server.endpoint))
    }
}

extension Server {
    func digest(of source: String) throws -> String {
        guard let digest = try call("SCRIPT", "LOAD", source).string else {
            throw BenchmarkError("SCRIPT LOAD answers no digest")
        }
        return digest
    }
}

/// Times what happens between two moments, by the clocks of this machine.
struct Stopwatch {
    private let server: Server
    private let worker: Member?
    private let start: MonotonicTime
    private let workerStart: Int64
    private let serverStart: Int64

    init(_ server: Server, _ worker: Member?) throws {
        self.server = server
        self.worker = worker
        _ = try server.call("CONFIG", "RESETSTAT")
        workerStart = try worker.map { try ProcessUsage.processor($0.pid) } ?? 0
        serverStart = try ProcessUsage.processor(server.pid)
        start = .now()
    }

    func stop(fills: Int) throws -> Run {
        let end = MonotonicTime.now()
        let serverEnd = try ProcessUsage.processor(server.pid)
        let workerEnd = try worker.map { try ProcessUsage.processor($0.pid) } ?? 0
        let each = Double(fills) * 1_000
        return Run(
            fills: fills, seconds: Double(end.since(start).nanoseconds) / 1_000_000_000,
            workerCost: Double(workerEnd - workerStart) / each,
            serverCost: Double(serverEnd - serverStart) / each,
            commands: Double(try server.commandsRun()) / Double(fills))
    }
}
