import Glibc
import RedisDriver

/// The thinnest client that there is: bytes go out, replies come in and are counted, not read. What
/// it reaches is what the server can do.
final class RawConnection {
    private let descriptor: CInt
    private var input: [UInt8] = []
    private var position = 0
    private static let chunk = 256 * 1_024

    init(_ endpoint: RedisEndpoint) throws {
        guard case .unix(let path) = endpoint else {
            throw BenchmarkError("REDIS_URL must name a unix socket: redis+unix:///path")
        }
        descriptor = try UnixSocket.connect(path)
    }

    deinit { close(descriptor) }

    /// Sends one pipeline and takes in its replies. An error among them ends the measurement.
    func exchange(_ bytes: UnsafeRawBufferPointer, replies: Int) throws {
        try UnixSocket.sendAll(descriptor, bytes)
        for _ in 0..<replies {
            let range = try nextReply()
            if input[range.lowerBound] == UInt8(ascii: "-") {
                throw BenchmarkError(
                    "a replayed command failed: "
                        + String(decoding: input[range].prefix(200), as: UTF8.self))
            }
        }
        if position == input.count {
            input.removeAll(keepingCapacity: true)
            position = 0
        }
    }

    /// One command; its reply as it came.
    func call(_ arguments: [String]) throws -> String {
        var text = "*\(arguments.count)\r\n"
        for argument in arguments { text += "$\(argument.utf8.count)\r\n\(argument)\r\n" }
        try text.withUTF8 { try UnixSocket.sendAll(descriptor, UnsafeRawBufferPointer($0)) }
        return String(decoding: input[try nextReply()], as: UTF8.self)
    }

    private func nextReply() throws -> Range<Int> {
        while true {
            let end = input.withUnsafeBytes { Resp.end(ofReplyAt: position, in: $0) }
            if let end {
                defer { position = end }
                return position..<end
            }
            guard try UnixSocket.receive(descriptor, into: &input, most: Self.chunk) else {
                throw BenchmarkError("the server closed the connection")
            }
        }
    }
}
