import Glibc
import RedisDriver
import ServiceRuntime

/// One process of the fleet at work: the real binary.
final class Member {
    let name: String
    let pid: pid_t
    private var hasEnded = false

    /// Starts `name` from the folder ORDERFLEET_BIN, on the Redis at this URL, at the default level of
    /// logging, into a file.
    init(_ name: String, redis url: String) throws {
        self.name = name
        guard let folder = getenv("ORDERFLEET_BIN") else {
            throw BenchmarkError("ORDERFLEET_BIN must name the folder of the binaries")
        }
        let path = String(cString: folder) + "/" + name
        pid = try Member.spawn(path, "REDIS_URL=" + url, log: RunFolder.path(name + ".log"))
    }

    deinit { if !hasEnded { end(SIGKILL) } }

    /// Stops it as a supervisor does.
    func stop() { end(SIGTERM) }

    private func end(_ signal: CInt) {
        kill(pid, signal)
        kill(pid, SIGCONT)
        var status: CInt = 0
        waitpid(pid, &status, 0)
        hasEnded = true
    }

    func freeze() { kill(pid, SIGSTOP) }
    func thaw() { kill(pid, SIGCONT) }

    private static func spawn(_ path: String, _ url: String, log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(
            &actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let environment = Member.environment(with: url)
        var arguments = [strdup(path), nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let status = posix_spawn(&pid, path, &actions, nil, &arguments, &variables)
        guard status == 0 else { throw BenchmarkError("\(path) does not start: error \(status)") }
        return pid
    }

    private static func environment(with url: String) -> [String] {
        var entries: [String] = [url]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if !text.hasPrefix("REDIS_URL=") { entries.append(text) }
            next += 1
        }
        return entries
    }
}

/// Where the files of this run lie.
enum RunFolder {
    /// In TMPDIR, which the script makes and removes.
    static func path(_ name: String) -> String {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        return "\(folder)/benchmarks.\(getpid()).\(name)"
    }
}
