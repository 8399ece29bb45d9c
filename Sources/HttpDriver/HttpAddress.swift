import Glibc

/// Where a server listens: `127.0.0.1:9187`, `[::1]:9187`; port 0 takes a free one.
package struct HttpAddress: Sendable, Equatable, CustomStringConvertible {
    /// An address in digits: what people may reach is never left to a name service.
    package let host: String
    package let port: UInt16

    package init(_ text: String) throws(HttpError) {
        let isBracketed = text.hasPrefix("[")
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw HttpError("'\(text)' is not <address>:<port>") }
        var host = text[..<colon]
        if isBracketed, host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.host = String(host)
        self.port = port
        guard host.contains(":") == isBracketed, isDigits else {
            throw HttpError(
                "'\(text)' is not <address>:<port>, such as 127.0.0.1:9187 or [::1]:9187")
        }
    }

    private var isVersion6: Bool { host.contains(":") }

    private var isDigits: Bool {
        var room = in6_addr()
        return inet_pton(isVersion6 ? AF_INET6 : AF_INET, host, &room) == 1
    }

    package var description: String { isVersion6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// A socket that is bound and listens.
    func listen() throws(HttpError) -> CInt {
        let family = isVersion6 ? AF_INET6 : AF_INET
        let socket = Glibc.socket(
            family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw HttpError(system: "\(self)") }
        var one: CInt = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
        guard bind(socket) == 0, Glibc.listen(socket, 16) == 0 else {
            let error = HttpError(system: "\(self)")
            close(socket)
            throw error
        }
        return socket
    }

    private func bind(_ socket: CInt) -> CInt {
        if isVersion6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            return bind(socket, &address)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return bind(socket, &address)
    }

    private func bind<Address>(_ socket: CInt, _ address: inout Address) -> CInt {
        let size = socklen_t(MemoryLayout<Address>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(socket, $0, size) }
        }
    }
}

/// Why nothing is served: one line.
package struct HttpError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    init(system subject: String) { description = "\(subject): \(String(cString: strerror(errno)))" }
}
