internal import CLibpq
internal import Glibc

/// One libpq connection, and the statements it has prepared. Ends with this object.
///
/// libpq never blocks here: the session waits itself, so that a server which falls silent is given
/// up after `silenceLimit` and not when the kernel notices.
final class PostgresSession {
    let handle: OpaquePointer
    let silenceLimit: Duration
    /// Names of prepared statements by their SQL text.
    var prepared: [String: String] = [:]
    private let notices: NoticeSink

    init(handle: OpaquePointer, silenceLimit: Duration, notices: NoticeSink) {
        self.handle = handle
        self.silenceLimit = silenceLimit
        self.notices = notices
        notices.sawEnd = false
        notices.attach(to: handle)
    }

    deinit { PQfinish(handle) }

    /// Set when a round trip was not finished: what comes next would be answers to it.
    var isBroken = false

    var isLost: Bool { isBroken || PQstatus(handle) == CONNECTION_BAD }

    /// Whether an idle session still stands: a server that went away has said so by now, and what it
    /// said is read here, before anything is sent to it.
    func stillStands() -> Bool {
        while !isLost, awaitSocket(POLLIN, atMost: .zero) != 0 {
            guard PQconsumeInput(handle) == 1 else { return false }
            // Makes libpq look at what came: a FATAL is handed to the notices here.
            _ = PQisBusy(handle)
        }
        return !isLost && !notices.sawEnd
    }

    /// The next result of what was sent; nil ends a statement's results.
    ///
    /// A connection that breaks meanwhile is a result too: libpq makes one that says so. Throws
    /// `unknownOutcome` when the server falls silent.
    func nextResult(_ operation: PostgresError.Operation) throws(PostgresError) -> ResultHandle? {
        while PQisBusy(handle) == 1 {
            let unsent = PQflush(handle) == 1
            let ready = awaitSocket(unsent ? POLLIN | POLLOUT : POLLIN, atMost: silenceLimit)
            if ready == 0 {
                throw PostgresError(
                    .unknownOutcome, operation, "no answer for \(silenceLimit.milliseconds)")
            }
            if ready & POLLOUT != ready, PQconsumeInput(handle) == 0 { break }
        }
        return PQgetResult(handle).map(ResultHandle.init)
    }

    /// What became ready of `events`, 0 after the time is over; a broken socket is ready.
    func awaitSocket(_ events: Int32, atMost limit: Duration) -> Int32 {
        var socket = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        let milliseconds = limit == .zero ? 0 : Int32(clamping: limit.wholeMilliseconds)
        while true {
            let ready = poll(&socket, 1, milliseconds)
            if ready == 0 { return 0 }
            if ready > 0 { return Int32(socket.revents) }
            // Interrupted by a signal: wait again. Anything else: let libpq find out what is wrong.
            if errno != EINTR { return POLLIN }
        }
    }

    /// libpq's own last words, for calls that give no result.
    var lastMessage: String { oneLine(String(cString: PQerrorMessage(handle))) }
}
