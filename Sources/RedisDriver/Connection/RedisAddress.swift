/// Where Redis is and who we are to it, as the setting `REDIS_URL` tells (architecture §6):
///
///     redis://[user:password@]host:port/db
///     redis+unix://[user:password@]/path
///     redis+cluster://[user:password@]h1:p1,h2:p2
///
/// User and password are percent-encoded where they contain `:`, `@`, `/` or `%`. The port is 6379
/// and the database 0 unless given.
package struct RedisAddress: Sendable, Equatable, CustomStringConvertible {
    package enum Topology: Sendable, Equatable {
        case single(RedisEndpoint)
        /// Nodes to ask for the others; not empty.
        case cluster([RedisEndpoint])
    }

    package let topology: Topology
    /// `nil` is the server's default user.
    package let user: String?
    /// `nil` means that no `AUTH` is sent.
    package let password: Secret?
    package let database: Int

    package init(
        topology: Topology, user: String? = nil, password: Secret? = nil, database: Int = 0
    ) {
        self.topology = topology
        self.user = user
        self.password = password
        self.database = database
    }

    /// Parses a setting's value.
    ///
    /// - Parameter setting: its name, for the error.
    package init(_ text: String, setting: String = "REDIS_URL") throws(RedisAddressError) {
        self = try RedisAddressParser(setting: setting).parse(text)
    }

    /// The address without its password.
    package var description: String {
        let login = password == nil ? "" : "\(user ?? ""):***@"
        return switch topology {
        case .single(.unix(let path)): "redis+unix://\(login)\(path)"
        case .single(let endpoint): "redis://\(login)\(endpoint)/\(database)"
        case .cluster(let seeds):
            "redis+cluster://\(login)" + seeds.map(\.description).joined(separator: ",")
        }
    }
}

/// A malformed address: which setting, and the rule that it breaks. Never its value, which may hold
/// a password.
package struct RedisAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    package let setting: String
    package let rule: Rule

    package enum Rule: String, Sendable, CaseIterable {
        case scheme = "starts with redis://, redis+unix:// or redis+cluster://"
        case plain = "has no TLS, which libhiredis 0.14 cannot speak: use a TLS proxy"
        case login = "has its login as user:password@, percent-encoded"
        case host = "names a host"
        case port = "has a port from 1 to 65535"
        case database = "has a database number from 0 to 65535, and none for a cluster"
        case path = "names the socket by an absolute path of at most 107 bytes"
    }

    package var description: String { "\(setting): a Redis address \(rule.rawValue)" }
}
