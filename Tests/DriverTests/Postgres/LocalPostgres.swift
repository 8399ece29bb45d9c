import Foundation
import Synchronization

/// A private server in a temporary folder, on a unix socket.
final class LocalPostgres: Sendable {
    static let bin = "/usr/lib/postgresql/15/bin"
    let folder: String
    private let server = Mutex<Process?>(nil)

    init() throws {
        folder = "/tmp/of-pg-\(UInt32.random(in: 0...UInt32.max))"
        try Self.run("/usr/bin/install", ["-d", "-m", "700", "-o", "postgres", folder])
        try Self.run(
            "/usr/sbin/runuser",
            [
                "-u", "postgres", "--", "\(Self.bin)/initdb", "-D", "\(folder)/data", "-A", "trust",
                "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-U", "postgres",
            ])
        try start()
    }

    deinit { stop() }

    func url(_ database: String = "postgres") -> String {
        "host=\(folder) user=postgres dbname=\(database)"
    }

    func start() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = [
            "--reuid=postgres", "--regid=postgres", "--init-groups", "--",
            "\(Self.bin)/postgres", "-D", "\(folder)/data", "-k", folder,
            "-c", "listen_addresses=", "-c", "dynamic_shared_memory_type=mmap",
            "-c", "shared_buffers=64MB", "-c", "max_connections=50",
        ]
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let log = "\(folder)/log"
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        _ = try handle.seekToEnd()
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        server.withLock { $0 = process }
        for _ in 0..<300 {
            let ready = Process()
            ready.executableURL = URL(fileURLWithPath: "\(Self.bin)/pg_isready")
            ready.arguments = ["-q", "-h", folder]
            try ready.run()
            ready.waitUntilExit()
            if ready.terminationStatus == 0 { return }
            usleep(50_000)
        }
        throw CocoaError(.executableLoad)
    }

    func pid() throws -> Int32 {
        try server.withLock {
            guard let process = $0 else { throw CocoaError(.executableLoad) }
            return process.processIdentifier
        }
    }

    func kill() { end(SIGKILL) }

    private func end(_ signal: Int32) {
        let process = server.withLock { $0 }
        guard let process else { return }
        Foundation.kill(process.processIdentifier, signal)
        process.waitUntilExit()
    }

    func stop() {
        end(SIGINT)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func run(_ path: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}

func eventually(
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
