import CHiredis
import Glibc

/// An open socket and hiredis' parser on it. hiredis connects and parses; sending and receiving are
/// ours and never block, so that many connections are driven at once, a large pipeline is read
/// while it is written, and a broken pipe is an error and not a signal.
final class Wire {
    private let context: UnsafeMutablePointer<redisContext>
    private let reader: UnsafeMutablePointer<redisReader>
    var descriptor: CInt { context.pointee.fd }
    /// Bytes taken in at once. Not more: the parser moves what is unread after each kilobyte.
    private static let chunk = 32 * 1024

    init(_ endpoint: RedisEndpoint, timeout: Duration) throws(RedisError) {
        let limit = timeval(timeout)
        let context =
            switch endpoint {
            case .tcp(let host, let port): redisConnectWithTimeout(host, CInt(port), limit)
            case .unix(let path): redisConnectUnixWithTimeout(path, limit)
            }
        guard let context else {
            throw RedisError(.connectFailed, operation: "connect", detail: "out of memory")
        }
        guard context.pointee.err == 0, let reader = context.pointee.reader else {
            let failure = RedisError(connecting: context, to: endpoint)
            redisFree(context)
            throw failure
        }
        self.context = context
        self.reader = reader
        // hiredis gives back a buffer above 16 KB whenever it is empty; ours is filled twice that far.
        reader.pointee.maxbuf = 4 * Self.chunk
        // Children of this process must not hold our connections open.
        _ = fcntl(context.pointee.fd, F_SETFD, FD_CLOEXEC)
        if case .tcp = endpoint { _ = redisEnableKeepAlive(context) }
    }

    deinit { redisFree(context) }

    /// Nothing may be waiting between two calls: neither the end of the stream, when the server went
    /// away, nor bytes, when it said something that no command asked for. Either way the next
    /// reply would not be the next command's.
    var isFit: Bool {
        guard reader.pointee.pos == reader.pointee.len else { return false }
        var byte: UInt8 = 0
        let waiting = recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT))
        return waiting < 0 && (errno == EAGAIN || errno == EINTR)
    }

    /// Sends what the socket takes now; 0 when it is full.
    func send(_ bytes: UnsafeRawBufferPointer, operation: String) -> Result<Int, RedisError> {
        let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
        if count >= 0 { return .success(count) }
        if errno == EAGAIN || errno == EINTR { return .success(0) }
        return .failure(RedisError(systemError: errno, operation: operation))
    }

    /// Takes in what has arrived; `false` when nothing has.
    func receive(operation: String) throws(RedisError) -> Bool {
        let capacity = Self.chunk
        return try withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) {
            (chunk) throws(RedisError) -> Bool in
            let count = recv(descriptor, chunk.baseAddress, capacity, CInt(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN || errno == EINTR { return false }
            if count < 0 { throw RedisError(systemError: errno, operation: operation) }
            if count == 0 {
                throw RedisError(
                    .connectionLost, operation: operation, detail: "the server closed it",
                    mayHaveRun: true)
            }
            guard redisReaderFeed(reader, chunk.baseAddress, count) == REDIS_OK else {
                throw RedisError(reading: reader, operation: operation)
            }
            return true
        }
    }

    /// The next reply that has arrived whole; `nil` when none has.
    func nextReply(operation: String) throws(RedisError) -> Reply? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &object) == REDIS_OK else {
            throw RedisError(reading: reader, operation: operation)
        }
        guard let object else { return nil }
        defer { freeReplyObject(object) }
        return Reply(object.assumingMemoryBound(to: redisReply.self).pointee)
    }
}

extension Wire {
    /// Waits for a reply that no command of ours asked for; `nil` when the time is up.
    func awaitReply(until deadline: ContinuousClock.Instant) throws(RedisError) -> Reply? {
        while true {
            if let reply = try nextReply(operation: "receive") { return reply }
            let rest = ContinuousClock.now.duration(to: deadline)
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // Also when no time is left: what has come by then is taken.
            if poll(&interest, 1, rest.pollTimeout) > 0 {
                _ = try receive(operation: "receive")
            } else if rest <= .zero {
                return nil
            }
        }
    }
}

extension Duration {
    /// Milliseconds for `poll`, rounded up, so that the time has passed when it returns; at most a
    /// minute at a time.
    var pollTimeout: CInt {
        let whole = (self / .milliseconds(1)).rounded(.up)
        return CInt(max(0, min(whole, 60_000)))
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
