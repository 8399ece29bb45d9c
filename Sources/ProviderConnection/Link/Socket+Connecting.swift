import Glibc
import ServiceRuntime

extension Socket {
    /// Connects, or says why not within the time.
    static func connect(
        to address: ProviderAddress, within limit: Duration
    ) throws(LinkError) -> Socket {
        switch address {
        case .unix(let path): try connect(unix: path, limit)
        case .tcp(let host, let port): try connect(host, port, limit)
        }
    }

    private static func connect(
        unix path: String, _ limit: Duration
    ) throws(LinkError) -> Socket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let made = socket(AF_UNIX, openFlags, 0)
        guard made >= 0 else { throw LinkError(.connect, "socket", errno: errno) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(made, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return try finish(made, connected, limit)
    }

    private static func connect(
        _ host: String, _ port: UInt16, _ limit: Duration
    ) throws(LinkError) -> Socket {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = CInt(AI_ADDRCONFIG)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            throw LinkError(.connect, "\(host): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(list) }
        var failure = LinkError(.connect, "\(host) has no address")
        var next = list
        while let candidate = next?.pointee {
            next = candidate.ai_next
            let made = socket(candidate.ai_family, openFlags, candidate.ai_protocol)
            guard made >= 0 else {
                failure = LinkError(.connect, "socket", errno: errno)
                continue
            }
            let connected = Glibc.connect(made, candidate.ai_addr, candidate.ai_addrlen)
            do throws(LinkError) {
                let socket = try finish(made, connected, limit)
                keepAlive(made, limit)
                return socket
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static let openFlags =
        CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)

    /// Waits until a connection that has begun is there. Owns the descriptor from here on.
    private static func finish(
        _ descriptor: CInt, _ connected: CInt, _ limit: Duration
    ) throws(LinkError) -> Socket {
        let begun = errno
        let socket = Socket(owning: descriptor)
        if connected == 0 { return socket }
        guard begun == EINPROGRESS else { throw LinkError(.connect, "connect", errno: begun) }
        var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&interest, 1, CInt(clamping: limit.milliseconds)) > 0 else {
            throw LinkError(.connect, "no answer within \(limit.milliseconds) ms")
        }
        var status: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &status, &size)
        guard status == 0 else { throw LinkError(.connect, "connect", errno: status) }
        return socket
    }

    /// The wire has no heartbeat of its own: the kernel asks whether the peer lives, after 15 s of
    /// silence, three times 5 s apart, and gives up what it does not acknowledge. Requests leave at
    /// once, not when there are more.
    private static func keepAlive(_ descriptor: CInt, _ limit: Duration) {
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        let tcp = CInt(IPPROTO_TCP)
        set(descriptor, tcp, TCP_NODELAY, 1)
        set(descriptor, tcp, TCP_KEEPIDLE, 15)
        set(descriptor, tcp, TCP_KEEPINTVL, 5)
        set(descriptor, tcp, TCP_KEEPCNT, 3)
        set(descriptor, tcp, TCP_USER_TIMEOUT, CInt(clamping: 10 * limit.milliseconds))
    }

    private static func set(_ descriptor: CInt, _ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
