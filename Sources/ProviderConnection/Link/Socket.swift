import Glibc
import ServiceRuntime

/// An open stream to a provider. It never blocks longer than it is told; the descriptor is closed
/// when the last one lets go of it, so nobody writes to a number that means something else by now.
final class Socket: Sendable {
    private let descriptor: CInt

    init(owning descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// What has arrived, waiting for it; nil when nothing has in time, empty at the end of the
    /// stream.
    func receive(
        into buffer: inout [UInt8], within limit: Duration
    ) throws(LinkError) -> ArraySlice<UInt8>? {
        guard wait(for: POLLIN, limit) else { return nil }
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        if count < 0 {
            if errno == EAGAIN || errno == EINTR { return nil }
            throw LinkError(.broken, "recv", errno: errno)
        }
        return buffer[..<count]
    }

    /// Hands bytes over to the kernel; returns how many it took before an error, or before the peer
    /// had taken none for so long.
    func send(_ bytes: [UInt8], patience: Duration) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
                    CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
                guard wait(for: POLLOUT, patience) else { return sent }
            } else if !(count < 0 && errno == EINTR) {
                return sent
            }
        }
        return sent
    }

    /// Ends both directions, for all who use it.
    func end() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    private func wait(for event: Int32, _ limit: Duration) -> Bool {
        var interest = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return poll(&interest, 1, CInt(clamping: max(1, limit.milliseconds))) > 0
    }
}
