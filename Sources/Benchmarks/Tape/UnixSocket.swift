import Glibc

/// Sockets of this machine; every call blocks its thread.
enum UnixSocket {
    static func connect(_ path: String) throws -> CInt {
        let descriptor = try open()
        let status = try withAddress(path) { Glibc.connect(descriptor, $0, $1) }
        guard status == 0 else {
            close(descriptor)
            throw BenchmarkError("cannot connect to \(path): errno \(errno)")
        }
        return descriptor
    }

    static func listen(_ path: String) throws -> CInt {
        let descriptor = try open()
        unlink(path)
        let status = try withAddress(path) { bind(descriptor, $0, $1) }
        guard status == 0, Glibc.listen(descriptor, 64) == 0 else {
            close(descriptor)
            throw BenchmarkError("cannot listen on \(path): errno \(errno)")
        }
        return descriptor
    }

    static func sendAll(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) throws {
        var sent = 0
        while sent < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let count = send(descriptor, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BenchmarkError("cannot send: errno \(errno)") }
            sent += count
        }
    }

    /// Appends what arrives; false at the end of the stream.
    static func receive(
        _ descriptor: CInt, into input: inout [UInt8], most: Int
    ) throws -> Bool {
        let old = input.count
        var count = 0
        let more = [UInt8](unsafeUninitializedCapacity: most) { buffer, filled in
            repeat {
                count = recv(descriptor, buffer.baseAddress, most, 0)
            } while count < 0
                && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw BenchmarkError("cannot receive: errno \(errno)") }
        input.append(contentsOf: more)
        return input.count > old
    }

    private static func open() throws -> CInt {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw BenchmarkError("no socket: errno \(errno)") }
        return descriptor
    }

    private static func withAddress<Value>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) throws -> Value {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else {
            throw BenchmarkError("\(path) is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
