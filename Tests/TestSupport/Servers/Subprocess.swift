package import Glibc
import Synchronization

/// A child process: started at once, ended by pid, its output in files. The kernel kills it should
/// this process die.
package final class Subprocess: Sendable {
    package enum Exit: Sendable, Equatable {
        case exited(Int32)
        case killed(by: Int32)
    }

    package let pid: pid_t
    /// Where its standard output and its standard error go.
    package let outputPath: String
    package let errorPath: String
    /// What asks this program to end: `SIGTERM`, for Postgres `SIGINT`.
    private let stopSignal: Int32
    /// Guards the pid too: once the exit is known, the pid may be another process's.
    private let exit = Mutex<Exit?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: on top of this process's own.
    ///   - folder: where its output goes, as `<name>.out` and `<name>.err`; made when `nil`.
    ///   - user: only root can start a program as another user.
    package init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
        folder: String? = nil, user: String? = nil, stopSignal: Int32 = SIGTERM
    ) throws(ServerError) {
        let folder = if let folder { folder } else { try TestFolder.fresh("c") }
        let name = executable.split(separator: "/").last.map(String.init) ?? "child"
        outputPath = "\(folder)/\(name).out"
        errorPath = "\(folder)/\(name).err"
        self.stopSignal = stopSignal
        let login = user.map { ["--reuid", $0, "--regid", $0, "--init-groups"] } ?? []
        let guardian = try Programs.find("setpriv", package: "util-linux")
        let launch = Launch(
            arguments: [guardian] + login + ["--pdeathsig", "KILL", "--", executable] + arguments,
            environment: Launch.merged(environment), output: outputPath, errors: errorPath)
        pid = try Spawner.shared.run { launch.start() }.get()
        Self.living.withLock { living in living[pid] = stopSignal }
    }

    /// Sends a signal; `false` when the process has ended.
    @discardableResult
    package func signal(_ signal: Int32) -> Bool {
        exit.withLock { $0 == nil && kill(pid, signal) == 0 }
    }

    package var isRunning: Bool { poll() == nil }

    /// How it ended; `nil` when it has not in time.
    package func wait(within limit: Duration) -> Exit? {
        _ = eventually(within: limit, every: .milliseconds(2)) { poll() != nil }
        return poll()
    }

    /// Asks it to end, also when it is stopped, and kills it when it has not in time.
    @discardableResult
    package func stop(within limit: Duration = .seconds(10)) -> Exit {
        signal(stopSignal)
        signal(SIGCONT)
        return wait(within: limit) ?? killNow()
    }

    /// `kill -9`, and waits until it is gone.
    @discardableResult
    package func killNow() -> Exit {
        while true {
            signal(SIGKILL)
            if let exit = wait(within: .seconds(5)) { return exit }
        }
    }

    package var output: String { Files.read(outputPath) }
    package var errors: String { Files.read(errorPath) }

    private func poll() -> Exit? {
        exit.withLock { exit in
            var status: Int32 = 0
            if exit == nil, waitpid(pid, &status, WNOHANG) == pid {
                exit = Exit(status: status)
                Self.living.withLock { living in _ = living.removeValue(forKey: pid) }
            }
            return exit
        }
    }
}

extension Subprocess {
    /// What a program that ran to its end left.
    package struct Finished: Sendable {
        package let exit: Exit
        package let output: String
        package let errors: String
    }

    /// Runs a program to its end; kills it, and throws, when that takes too long.
    package static func run(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
        user: String? = nil, within limit: Duration = .seconds(30)
    ) throws(ServerError) -> Finished {
        let child = try Subprocess(
            executable, arguments, environment: environment, user: user)
        guard let exit = child.wait(within: limit) else {
            child.killNow()
            throw .system(operation: executable, reason: "not finished within \(limit)")
        }
        return Finished(exit: exit, output: child.output, errors: child.errors)
    }

    /// Children that have not been seen to end, and the signal that asks each to.
    private static let living = Mutex<[pid_t: Int32]>([:])

    /// Ends whatever is left. Called when this process exits.
    static func endAll() {
        let left = living.withLock { $0 }
        for (pid, signal) in left {
            kill(pid, signal)
            kill(pid, SIGCONT)
        }
        for pid in left.keys where !eventually(within: .seconds(3), { hasEnded(pid) }) {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    private static func hasEnded(_ pid: pid_t) -> Bool { waitpid(pid, nil, WNOHANG) != 0 }
}

extension Subprocess.Exit {
    fileprivate init(status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(by: signal)
    }
}
