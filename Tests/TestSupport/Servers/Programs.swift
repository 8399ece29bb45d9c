import Glibc

/// Programs that tests start.
package enum Programs {
    /// Where a program is, looked up in `PATH` after the given folders.
    package static func find(
        _ program: String, package: String, folders: [String] = []
    ) throws(ServerError) -> String {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let candidates = (folders + path.split(separator: ":").map(String.init)).map {
            "\($0)/\(program)"
        }
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
            throw .missing(program: program, package: package)
        }
        return found
    }

    /// Whether tests that need a program should run: when it is there; in CI always, so that a
    /// missing server fails there and is skipped elsewhere.
    package static func shouldRun(_ program: String, folders: [String] = []) -> Bool {
        if getenv("CI") != nil { return true }
        do throws(ServerError) {
            _ = try find(program, package: program, folders: folders)
            return true
        } catch {
            print("skipping: \(error)")
            return false
        }
    }
}

/// Calls `condition` until it holds; `false` when the time is up first. For servers and processes
/// only, which have clocks of their own.
package func eventually(
    within limit: Duration = .seconds(10), every pause: Duration = .milliseconds(5),
    _ condition: () -> Bool
) -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if condition() { return true }
        if ContinuousClock.now >= deadline { return false }
        usleep(useconds_t(pause / .microseconds(1)))
    }
}
