import Glibc
import RedisDriver
import ServiceRuntime
import Synchronization

/// Stands between a worker and its Redis and keeps every pipeline that passes, with the number of its
/// commands. The worker is not measured meanwhile.
///
/// A pipeline ends where its last command ends and nothing more has come: the worker sends the next
/// one only when all of this one is answered. Waiting for entries (`XREAD BLOCK`) is passed on and
/// not kept: its time says nothing of the server.
final class Recorder: Sendable {
    private let server: String
    private let listener: CInt
    private let tape = Mutex(Tape())
    private static let chunk = 256 * 1_024

    /// Listens on a socket of its own.
    init(at path: String, before endpoint: RedisEndpoint) throws {
        guard case .unix(let server) = endpoint else {
            throw BenchmarkError("REDIS_URL must name a unix socket: redis+unix:///path")
        }
        self.server = server
        listener = try UnixSocket.listen(path)
        Thread.start { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread.start { [self] in serve(client) }
            }
        }
    }

    /// Ends listening. Connections end with their worker.
    func stop() {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
    }

    /// What was recorded until now; what follows comes next time.
    func take() -> Tape {
        tape.withLock { tape in
            let taken = tape
            tape = Tape()
            return taken
        }
    }

    private func serve(_ client: CInt) {
        defer { close(client) }
        do {
            let upstream = try UnixSocket.connect(server)
            defer { close(upstream) }
            while let (pipeline, commands) = try nextPipeline(from: client) {
                try pipeline.withUnsafeBytes { bytes in
                    if !Recorder.waits(bytes) {
                        tape.withLock { $0.append(bytes, commands: commands) }
                    }
                    try UnixSocket.sendAll(upstream, bytes)
                }
                guard try passReplies(commands, from: upstream, to: client) else { return }
            }
        } catch {
            // The worker ended in the middle of a call, or the server did; who ran them tells.
            return
        }
    }

    private func nextPipeline(from client: CInt) throws -> ([UInt8], commands: Int)? {
        var input: [UInt8] = []
        var parsed = 0
        var commands = 0
        repeat {
            guard try UnixSocket.receive(client, into: &input, most: Self.chunk) else { return nil }
            input.withUnsafeBytes { bytes in
                while let (_, end) = Resp.command(at: parsed, in: bytes) {
                    parsed = end
                    commands += 1
                }
            }
        } while parsed < input.count || Recorder.hasMore(client)
        return (input, commands)
    }

    private func passReplies(_ count: Int, from server: CInt, to client: CInt) throws -> Bool {
        var replies: [UInt8] = []
        var parsed = 0
        var left = count
        while left > 0 {
            let old = replies.count
            guard try UnixSocket.receive(server, into: &replies, most: Self.chunk) else {
                return false
            }
            try replies.withUnsafeBytes { bytes in
                while left > 0, let end = Resp.end(ofReplyAt: parsed, in: bytes) {
                    parsed = end
                    left -= 1
                }
                try UnixSocket.sendAll(client, UnsafeRawBufferPointer(rebasing: bytes[old...]))
            }
        }
        return true
    }

    private static func hasMore(_ client: CInt) -> Bool {
        var byte: UInt8 = 0
        return recv(client, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    private static func waits(_ pipeline: UnsafeRawBufferPointer) -> Bool {
        guard let (arguments, _) = Resp.command(at: 0, in: pipeline), let name = arguments.first
        else { return false }
        return pipeline[name].elementsEqual("XREAD".utf8)
    }
}
