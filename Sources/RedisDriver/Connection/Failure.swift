import CHiredis
import Glibc

extension RedisError {
    /// The one place where a failed hiredis context becomes an error. Contexts fail only while
    /// they connect: sending and receiving are our own.
    init(connecting context: UnsafeMutablePointer<redisContext>, to endpoint: RedisEndpoint) {
        // By its words: `errno` may have changed since.
        let reason = Self.text(of: &context.pointee.errstr)
        let timedOut = reason == String(cString: strerror(ETIMEDOUT))
        self.init(
            timedOut ? .connectTimedOut : .connectFailed, operation: "connect",
            detail: "\(endpoint): \(reason)")
    }

    /// The parser met something that is not the protocol; what follows cannot be read either.
    init(reading reader: UnsafeMutablePointer<redisReader>, operation: String) {
        self.init(
            .protocolBroken, operation: operation,
            detail: Self.text(of: &reader.pointee.errstr), mayHaveRun: true)
    }

    /// A failed system call on an open connection.
    init(systemError: CInt, operation: String) {
        self.init(
            .connectionLost, operation: operation, detail: String(cString: strerror(systemError)),
            mayHaveRun: true)
    }

    /// hiredis keeps its messages in fixed arrays of characters, which Swift sees as tuples.
    private static func text<Characters>(of characters: inout Characters) -> String {
        withUnsafeBytes(of: &characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
