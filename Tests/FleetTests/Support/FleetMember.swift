import Glibc
import TestSupport

/// One copy of one process, as a supervisor keeps it: started again in the same folder, its log
/// appended to.
final class FleetMember {
    let name: String
    let folder: String
    private let binary: String
    private let arguments: [String]
    private let environment: [String: String]
    private(set) var process: Subprocess
    /// How it ended each time without having been asked to.
    private(set) var deaths: [Subprocess.Exit] = []

    /// - Parameter binaries: the folder of its binary.
    init(
        _ name: String, _ arguments: [String] = [], environment: [String: String],
        from binaries: String = Binaries.folder
    ) throws {
        self.name = name
        binary = Binaries.path(name, in: binaries)
        self.arguments = arguments
        self.environment = environment
        folder = try TestFolder.fresh("m")
        process = try Subprocess(binary, arguments, environment: environment, folder: folder)
    }

    var pid: pid_t { process.pid }
    var log: String { Files.read("\(folder)/\(name).err") }

    /// `kill -9`. An end that came before is noted.
    func kill() { note(process.killNow(), expected: .killed(by: SIGKILL)) }

    func start() throws {
        process = try Subprocess(binary, arguments, environment: environment, folder: folder)
    }

    /// Dies, and lives again after the moment that a supervisor takes.
    func restart() throws {
        kill()
        usleep(100_000)
        try start()
    }

    func freeze() { process.signal(SIGSTOP) }
    func thaw() { process.signal(SIGCONT) }

    /// Stops it in order: returns how it ended, or was killed when it would not.
    @discardableResult
    func stop() -> Subprocess.Exit {
        let exit = process.stop(within: .seconds(15))
        note(exit, expected: .exited(0))
        return exit
    }

    private func note(_ exit: Subprocess.Exit, expected: Subprocess.Exit) {
        if exit != expected { deaths.append(exit) }
    }

    /// Lines of its log that are not plain information, the last ones.
    var complaints: [Substring] {
        let lines = log.split(separator: "\n").filter {
            !$0.contains(" info ") && !$0.contains("transition")
        }
        return Array(lines.suffix(20))
    }
}
