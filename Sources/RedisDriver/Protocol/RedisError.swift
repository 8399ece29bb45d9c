/// Why a command has no reply. Branch on `code`, count by `name`, log `operation` and `detail`.
/// Never holds an argument of the command that failed, so never a secret.
package struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Whose fault it is, and so what to do next.
    package enum Code: String, Sendable, CaseIterable {
        /// Nobody's: the server is away, starting, full or moving. Try again later.
        case unavailable
        /// Ours: the command is wrong, or the data is not what it expects. Again will not help.
        case refused
        /// The settings': user, password or permissions.
        case auth
    }

    package let name: Name
    /// The command's name or the script's.
    package let operation: String
    /// The server's words, or the system's.
    package let detail: String
    /// The command was sent and the answer is lost: it may have run. `false` means it has not.
    package let mayHaveRun: Bool

    package init(_ name: Name, operation: String, detail: String, mayHaveRun: Bool = false) {
        self.name = name
        self.operation = operation
        self.detail = detail
        self.mayHaveRun = mayHaveRun
    }

    /// An error that the server answered.
    package init(_ error: RedisReplyError, operation: String) {
        self.init(Name(error), operation: operation, detail: error.text)
    }

    package var code: Code { name.code }

    package var description: String {
        let doubt = mayHaveRun ? " (may have run)" : ""
        return "\(code.rawValue).\(name.rawValue) \(operation): \(detail)\(doubt)"
    }

    /// The same failure, told of another operation.
    func told(of operation: String, mayHaveRun: Bool) -> RedisError {
        RedisError(name, operation: operation, detail: detail, mayHaveRun: mayHaveRun)
    }
}

extension RedisError {
    /// The bounded list of reasons. Metrics count by the raw value.
    package enum Name: String, Sendable, CaseIterable {
        case connectFailed = "connect_failed"
        case connectTimedOut = "connect_timed_out"
        case connectionLost = "connection_lost"
        case timedOut = "timed_out"
        case loading
        case clusterDown = "cluster_down"
        case tryAgain = "try_again"
        case moved
        case ask
        case masterDown = "master_down"
        case outOfMemory = "out_of_memory"
        case misconfigured
        case readOnly = "read_only"
        case noReplicas = "no_replicas"
        case busy
        case unblocked
        case inputOutput = "input_output"
        case tooManyClients = "too_many_clients"
        case scriptUnknown = "script_unknown"

        case wrongType = "wrong_type"
        case crossSlot = "cross_slot"
        case noGroup = "no_group"
        case groupExists = "group_exists"
        case scriptFailed = "script_failed"
        case wrongTopology = "wrong_topology"
        case protocolBroken = "protocol_broken"
        case rejected

        case notAuthenticated = "not_authenticated"
        case wrongPassword = "wrong_password"
        case noPermission = "no_permission"
        case denied

        package var code: Code {
            switch self {
            case .connectFailed, .connectTimedOut, .connectionLost, .timedOut, .loading,
                .clusterDown, .tryAgain, .moved, .ask, .masterDown, .outOfMemory, .misconfigured,
                .readOnly, .noReplicas, .busy, .unblocked, .inputOutput, .tooManyClients,
                .scriptUnknown:
                .unavailable
            case .wrongType, .crossSlot, .noGroup, .groupExists, .scriptFailed, .wrongTopology,
                .protocolBroken, .rejected:
                .refused
            case .notAuthenticated, .wrongPassword, .noPermission, .denied:
                .auth
            }
        }
    }
}

extension RedisError.Name {
    /// Reads a server's error by its first word; `ERR`, which means anything, by its text.
    package init(_ error: RedisReplyError) {
        if let known = Self.byPrefix[String(error.prefix)] {
            self = known
        } else if error.text.hasPrefix("ERR max number of clients") {
            self = .tooManyClients
        } else if error.text.hasPrefix("ERR Protocol error") {
            self = .protocolBroken
        } else if Self.scriptMarks.contains(where: error.text.contains) {
            self = .scriptFailed
        } else {
            self = .rejected
        }
    }

    private static let scriptMarks = [", on @user_script:", "user_script:", "compiling script"]

    private static let byPrefix: [String: Self] = [
        "LOADING": .loading, "CLUSTERDOWN": .clusterDown, "TRYAGAIN": .tryAgain, "MOVED": .moved,
        "ASK": .ask, "MASTERDOWN": .masterDown, "OOM": .outOfMemory, "MISCONF": .misconfigured,
        "READONLY": .readOnly, "NOREPLICAS": .noReplicas, "BUSY": .busy, "UNBLOCKED": .unblocked,
        "IOERR": .inputOutput, "NOSCRIPT": .scriptUnknown, "WRONGTYPE": .wrongType,
        "CROSSSLOT": .crossSlot, "NOGROUP": .noGroup, "BUSYGROUP": .groupExists,
        "NOAUTH": .notAuthenticated, "WRONGPASS": .wrongPassword, "NOPERM": .noPermission,
        "DENIED": .denied,
    ]
}
