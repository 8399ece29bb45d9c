import Glibc
import ProviderWire
import ServiceRuntime
import Synchronization

/// What takes a connection's frames, on its thread. It returns when all of them are kept.
protocol FrameIntake: AnyObject {
    func take(_ frames: [[UInt8]])
}

/// The one connection of a process to its provider, for both directions. A thread of its own
/// connects, without end, and reads; the lanes write.
final class ProviderLink: Sendable {
    /// What the thread makes for itself; the argument tells whether a store that is away may be
    /// waited for.
    typealias MakeIntake = @Sendable (_ mayWait: @escaping () -> Bool) throws -> any FrameIntake

    private struct State {
        var socket: Socket?
        var isStarted = false
        var hasEnded = false
        /// When whatever is left has to be given up; nil while nobody wants the end.
        var end: MonotonicTime?
    }

    let rules: LinkRules
    let log: Log
    private let state = Mutex(State())
    /// Held while frames are written, so that those of two lanes do not mix.
    private let writing = Mutex(())

    init(_ rules: LinkRules, log: Log) {
        self.rules = rules
        self.log = log
    }

    /// Whether there is a connection now.
    var isUp: Bool { state.withLock { $0.socket != nil } }

    var isStopping: Bool { state.withLock { $0.end != nil } }

    /// Writes frames in their order. What is not handed over whole has not arrived whole: then the
    /// connection is given up, because nothing could follow half a frame.
    ///
    /// - Returns: how many were handed over whole.
    func send(_ frames: [[UInt8]]) -> Int {
        writing.withLock { _ in
            guard let socket = state.withLock({ $0.socket }) else { return 0 }
            var left = socket.send(Array(frames.joined()), patience: rules.timeout)
            let whole = frames.prefix { frame in
                left -= frame.count
                return left >= 0
            }.count
            if whole < frames.count { socket.end() }
            return whole
        }
    }

    /// Starts the thread, once.
    func start(counters: any OutcomeCounting & Sendable, intake: @escaping MakeIntake) {
        let isFirst = state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
        guard isFirst else { return }
        counters.gauge("link_up", 0)
        Thread.start { [self] in
            do {
                let intake = try intake { [self] in mayWait }
                var reader = LinkReader(self, intake: intake, counters: counters)
                reader.run()
            } catch {
                log.write(.error, "reports cannot be taken", ["error": "\(error)"])
            }
            state.withLock { $0.hasEnded = true }
        }
    }

    /// Says farewell: writes no more, takes what is on its way, and keeps it.
    func stop() {
        let limit = rules.farewell + .seconds(2)
        let isRunning = state.withLock { state in
            state.end = MonotonicTime.now().advanced(by: limit)
            return state.isStarted && !state.hasEnded
        }
        guard isRunning else { return }
        let deadline = MonotonicTime.now().advanced(by: limit + .seconds(1))
        while !state.withLock({ $0.hasEnded }), MonotonicTime.now() < deadline {
            Thread.rest(.milliseconds(5))
        }
        log.flush()
    }

    private var mayWait: Bool {
        state.withLock { state in state.end.map { MonotonicTime.now() < $0 } ?? true }
    }
}

/// For the thread that reads.
extension ProviderLink {
    /// From now on lanes write there.
    func adopt(_ socket: Socket) { state.withLock { $0.socket = socket } }

    /// From now on nobody begins to write.
    func detach() { state.withLock { $0.socket = nil } }
}
