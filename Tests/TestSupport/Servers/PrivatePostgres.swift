package import Glibc
import Synchronization

/// A Postgres server of the test's own: unix socket only, in a folder of its own, trusting whoever can
/// reach it. `stop` ends it and removes the folder.
package final class PrivatePostgres: Sendable {
    /// Holds the socket.
    package let folder: String
    private let data: String
    private let program: String
    private let user: String?
    private let process = Mutex<Subprocess?>(nil)

    /// The `DATABASE_URL` of processes under test: the database `postgres`, as its superuser.
    package var url: String { url(database: "postgres") }

    package func url(database: String) -> String {
        let host = folder.replacing("/", with: "%2F")
        return "postgresql:///\(database)?host=\(host)&user=postgres"
    }

    private static let folders = ["/usr/lib/postgresql/15/bin"]
    private static let package = "postgresql-15 postgresql-client-15"

    /// Whether tests with a Postgres should run here (`Programs.shouldRun`).
    package static var shouldRun: Bool { Programs.shouldRun("postgres", folders: folders) }

    /// Starts a server on an empty cluster of databases and waits until it takes connections.
    ///
    /// - Parameter config: lines of `postgresql.conf`. What is committed
    ///   survives `kill`, though not a power cut: it is written, but not flushed, unless they say so.
    package init(config: [String] = []) throws(ServerError) {
        program = try Programs.find(
            "postgres", package: Self.package, folders: Self.folders)
        user = Self.user
        folder = try TestFolder.fresh("p")
        data = "\(folder)/data"
        try Self.own(folder)
        let template = try Self.template.get()
        try Self.run("/bin/cp", ["-a", "--reflink=auto", template, data])
        let lines = [
            "listen_addresses = ''", "unix_socket_directories = '\(folder)'", "fsync = off",
            "full_page_writes = off", "max_connections = 50", "shared_buffers = 32MB",
            "dynamic_shared_memory_type = mmap", "logging_collector = off",
        ]
        try Files.write(
            (lines + config).joined(separator: "\n") + "\n", to: "\(folder)/private.conf")
        try start()
    }

    deinit { stop() }

    /// Starts it again after `kill` or `shutDown`, on the same files.
    package func start() throws(ServerError) {
        if let last = process.withLock({ $0 }) {
            guard !last.isRunning else {
                throw .system(operation: "start postgres", reason: "it runs, as \(last.pid)")
            }
            clearRemains()
        }
        let child = try Subprocess(
            program, ["-D", data, "-c", "config_file=\(folder)/private.conf"], folder: folder,
            user: user, stopSignal: SIGINT)
        process.withLock { $0 = child }
        // What pg_ctl waits for: the lock file's eighth line, in a file that is this server's.
        let isReady = eventually(within: .seconds(30)) {
            let lines = lockFile
            return !child.isRunning
                || lines.count > 7 && lines[0] == "\(child.pid)" && lines[7].hasPrefix("ready")
        }
        guard isReady, child.isRunning else {
            child.killNow()
            throw .notReady(server: "postgres", log: child.output + child.errors)
        }
    }

    /// Its pid, to be stopped and continued; `nil` while it does not run.
    package var pid: pid_t? { process.withLock { $0?.pid } }

    package func signal(_ signal: Int32) { process.withLock { _ = $0?.signal(signal) } }

    /// `kill -9`, and waits until the sessions have noticed: before that it does not start again. The
    /// folder stays.
    package func kill() {
        process.withLock { $0 }?.killNow()
        clearRemains()
    }

    /// Ends it in order, open connections or not. The folder stays.
    package func shutDown() { process.withLock { $0 }?.stop() }

    package func restart() throws(ServerError) {
        kill()
        try start()
    }

    package func stop() {
        shutDown()
        clearRemains()
        TestFolder.remove(folder)
    }

    private var lockFile: [Substring] {
        Files.read("\(data)/postmaster.pid").split(
            separator: "\n", omittingEmptySubsequences: false)
    }

    /// Takes away what a killed Postgres leaves behind: a small segment of shared memory, named in the
    /// seventh line of its lock file, by which the next one knows whether processes of the last still
    /// run; and two lock files with its pid. That may be another process's by now: then the next one
    /// would refuse to start, or its own lock file be taken for written before it is.
    ///
    /// While sessions of the last one run, everything stays: then the next one must not start.
    private func clearRemains() {
        let lines = lockFile
        if lines.count > 6, let name = lines[6].split(separator: " ").last,
            let segment = Int32(name)
        {
            let isUnused = eventually {
                var state = shmid_ds()
                return shmctl(segment, IPC_STAT, &state) != 0 || state.shm_nattch == 0
            }
            guard isUnused else { return }
            shmctl(segment, IPC_RMID, nil)
        }
        unlink("\(data)/postmaster.pid")
        unlink("\(folder)/.s.PGSQL.5432.lock")
    }
}

extension PrivatePostgres {
    /// Postgres refuses to run as root; then it runs as the user that its package makes.
    private static var user: String? { geteuid() == 0 ? "postgres" : nil }

    /// Made once in a process, then copied: making one takes seconds.
    private static let template: Result<String, ServerError> =
        Result { () throws(ServerError) in
            let folder = try TestFolder.fresh("pt")
            try own(folder)
            let initdb = try Programs.find("initdb", package: package, folders: folders)
            let data = "\(folder)/data"
            try run(
                initdb,
                [
                    "-D", data, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                    "--locale=C", "--no-sync", "--no-instructions",
                ])
            return data
        }

    private static func own(_ folder: String) throws(ServerError) {
        guard let user else { return }
        guard let entry = getpwnam(user) else {
            throw .missing(program: "user \(user)", package: package)
        }
        guard chown(folder, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
            throw ServerError.last("chown \(folder)")
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws(ServerError) {
        let finished = try Subprocess.run(
            program, arguments, user: user, within: .seconds(60))
        guard finished.exit == .exited(0) else {
            throw .notReady(server: program, log: finished.output + finished.errors)
        }
    }
}
