import Glibc

/// What `posix_spawn` needs to start a child.
struct Launch: Sendable {
    /// The first is the program.
    let arguments: [String]
    /// Whole, as `NAME=value`.
    let environment: [String]
    let output: String
    let errors: String

    /// This process's environment as it was at its start, with changes.
    static func merged(_ changes: [String: String]) -> [String] {
        let own = Files.read("/proc/self/environ").split(separator: "\0").map(String.init)
        let kept = own.filter { line in
            changes[String(line.prefix { $0 != "=" })] == nil
        }
        return kept + changes.map { "\($0.key)=\($0.value)" }
    }

    /// Called on the spawner's thread.
    func start() -> Result<pid_t, ServerError> {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        prepare(&actions)
        prepare(&attributes)

        let program = arguments[0]
        var pid: pid_t = 0
        let failure = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
            }
        }
        if failure == 0 { return .success(pid) }
        return .failure(
            .system(
                operation: "start \(program)", reason: String(cString: strerror(failure))))
    }

    private func prepare(_ actions: inout posix_spawn_file_actions_t) {
        let create = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, create, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errors, create, 0o644)
        // Sockets of ours that the child kept open would outlive us in it.
        for descriptor in Files.names(in: "/proc/self/fd").compactMap(Int32.init)
        where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
    }

    /// Signals as a shell would set them: none blocked, none ignored.
    private func prepare(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    }
}

/// An array of C strings, ended by a null pointer, as long as `body` runs.
private func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
) -> Value {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return body(copies)
}
