import Glibc
import Synchronization

/// Free ports on the loopback interface.
package enum Ports {
    private static let given = Mutex<Set<UInt16>>([])

    /// A port that nobody listens on and that was not given out before. Below the range from which the
    /// kernel draws ports for outgoing connections, so that none of those takes it meanwhile.
    package static func free() -> UInt16 {
        while true {
            let port = UInt16.random(in: 20_000..<32_000)
            let isNew = given.withLock { $0.insert(port).inserted }
            if isNew, canListen(on: port) { return port }
        }
    }

    private static func canListen(on port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(INADDR_LOOPBACK).bigEndian)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size)
            }
        }
        return bound == 0
    }
}
