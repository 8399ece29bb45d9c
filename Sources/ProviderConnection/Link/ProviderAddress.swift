/// Where a provider listens.
enum ProviderAddress: Sendable, Equatable, CustomStringConvertible {
    case unix(path: String)
    case tcp(host: String, port: UInt16)

    /// What a text that is no address breaks.
    struct Mistake: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// The kernel takes socket paths of 107 bytes.
    private static let longestPath = 107

    /// Reads `unix:/path` or `tcp:host:port`; an IPv6 address stands in brackets.
    init(_ text: String) throws(Mistake) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("unix", 2):
            let path = String(parts[1])
            guard path.hasPrefix("/"), path.utf8.count <= Self.longestPath else {
                throw Mistake(
                    description: "'\(text)': a path is absolute, of at most 107 bytes")
            }
            self = .unix(path: path)
        case ("tcp", 2):
            guard let colon = parts[1].lastIndex(of: ":") else { throw .shape(text) }
            let port = UInt16(parts[1][parts[1].index(after: colon)...])
            var host = String(parts[1][..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
            }
            guard !host.isEmpty, let port, port > 0 else { throw .shape(text) }
            self = .tcp(host: host, port: port)
        default: throw .shape(text)
        }
    }

    var description: String {
        switch self {
        case .unix(let path): "unix:" + path
        case .tcp(let host, let port): "tcp:\(host):\(port)"
        }
    }
}

extension ProviderAddress.Mistake {
    fileprivate static func shape(_ text: String) -> Self {
        Self(description: "'\(text)' is neither unix:/path nor tcp:host:port")
    }
}
