package import Glibc
package import RedisDriver
import Synchronization

/// A Redis server of the test's own, on a unix socket in a folder of its own; `stop` ends it and
/// removes the folder.
package final class PrivateRedis: Sendable {
    package let address: RedisAddress
    /// The `REDIS_URL` of processes under test.
    package let url: String
    package let folder: String
    private let program: String
    private let process = Mutex<Subprocess?>(nil)

    /// Whether tests with a Redis should run here (`Programs.shouldRun`).
    package static var shouldRun: Bool { Programs.shouldRun("redis-server") }

    /// Starts a server and waits until it answers.
    ///
    /// - Parameters:
    ///   - config: lines of `redis.conf`.
    ///   - appendOnly: whether what it holds survives `kill` and `restart`. Every write is flushed.
    ///   - port: listens there on the loopback interface too, and `address` and `url` name that.
    package init(
        config: [String] = [], appendOnly: Bool = false, port: UInt16? = nil
    ) throws(ServerError) {
        program = try Programs.find("redis-server", package: "redis-server")
        folder = try TestFolder.fresh("r")
        let socket = "\(folder)/s"
        if let port {
            address = RedisAddress(topology: .single(.tcp(host: "127.0.0.1", port: port)))
            url = "redis://127.0.0.1:\(port)/0"
        } else {
            address = RedisAddress(topology: .single(.unix(path: socket)))
            url = "redis+unix://\(socket)"
        }
        let lines = [
            "dir \(folder)", "unixsocket \(socket)", "port \(port ?? 0)", "bind 127.0.0.1",
            "daemonize no", "set-proc-title no", "pidfile \"\"", "save \"\"",
            "appendonly \(appendOnly ? "yes" : "no")", "appendfsync always",
            "auto-aof-rewrite-percentage 0",
        ]
        try Files.write(
            (lines + config).joined(separator: "\n") + "\n", to: "\(folder)/redis.conf")
        try start()
    }

    deinit { stop() }

    /// Starts it again after `kill` or `shutDown`, on the same files.
    package func start() throws(ServerError) {
        let child = try Subprocess(program, ["\(folder)/redis.conf"], folder: folder)
        process.withLock { $0 = child }
        try awaitRedis(child, at: address)
    }

    /// Its pid, to be stopped and continued; `nil` while it does not run.
    package var pid: pid_t? { process.withLock { $0?.pid } }

    /// Sends it a signal, such as `SIGSTOP`.
    package func signal(_ signal: Int32) { process.withLock { _ = $0?.signal(signal) } }

    /// `kill -9`. The folder stays.
    package func kill() { process.withLock { $0 }?.killNow() }

    /// `SHUTDOWN NOSAVE`: it ends at once, and without an append-only file it forgets everything.
    package func shutDown() {
        _ = connection().call(RedisCommand("SHUTDOWN", slot: nil, ["NOSAVE"]))
        _ = process.withLock { $0 }?.stop()
    }

    /// `kill -9`, then started again.
    package func restart() throws(ServerError) {
        kill()
        try start()
    }

    package func stop() {
        process.withLock { $0 }?.stop()
        TestFolder.remove(folder)
    }

    package func client(options: RedisOptions = RedisOptions()) -> RedisClient {
        RedisClient(address, options: options)
    }

    /// A connection to the server itself, past any client.
    package func connection(options: RedisOptions = RedisOptions()) -> RedisConnection {
        RedisConnection(address.onlyEndpoint, address: address, options: options)
    }
}

extension RedisAddress {
    /// Where a single server is, or a cluster's first node.
    var onlyEndpoint: RedisEndpoint {
        switch topology {
        case .single(let endpoint): endpoint
        case .cluster(let seeds): seeds[0]
        }
    }
}

/// Waits until a server answers, be it that it wants a password or has no master: anything but that it
/// is still reading its files.
func awaitRedis(_ child: Subprocess, at address: RedisAddress) throws(ServerError) {
    let connection = RedisConnection(address.onlyEndpoint, address: address)
    let isReady = eventually(within: .seconds(20)) {
        guard child.isRunning else { return true }
        switch connection.call(RedisCommand("PING", slot: nil)) {
        case .success: return true
        case .failure(let error): return error.code != .unavailable || error.name == .masterDown
        }
    }
    guard isReady, child.isRunning else {
        child.killNow()
        throw .notReady(server: "redis-server", log: child.output + child.errors)
    }
}
