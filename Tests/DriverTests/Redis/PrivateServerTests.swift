import Glibc
import RedisDriver
import TestSupport
import Testing

/// The servers that other tests stand on: they start, they end, and nothing of them stays.
struct PrivateServerTests {
    /// One that has ended but was not yet collected, perhaps by a lazy init, is gone too.
    private static func exists(_ pid: pid_t) -> Bool {
        let state = Files.read("/proc/\(pid)/stat").split(separator: ") ").last
        return state.map { !$0.hasPrefix("Z") } ?? false
    }
    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    @Test func aChildRunsToItsEnd() throws {
        let finished = try Subprocess.run(
            "/bin/sh", ["-c", "echo $WORD; echo bad >&2; exit 3"], environment: ["WORD": "good"])
        #expect(finished.exit == .exited(3))
        #expect(finished.output == "good\n")
        #expect(finished.errors == "bad\n")
    }

    @Test func aChildIsEndedInEveryWay() throws {
        let asked = try Subprocess("/bin/sleep", ["60"])
        #expect(asked.isRunning)
        #expect(asked.stop() == .killed(by: SIGTERM))
        let stopped = try Subprocess("/bin/sleep", ["60"])
        stopped.signal(SIGSTOP)
        #expect(stopped.stop() == .killed(by: SIGTERM))
        let deaf = try Subprocess("/bin/sh", ["-c", "trap '' TERM; echo; exec sleep 60"])
        #expect(eventually { !deaf.output.isEmpty })
        #expect(deaf.stop(within: .milliseconds(50)) == .killed(by: SIGKILL))
        #expect(!deaf.signal(SIGTERM))
    }

    @Test func aMissingProgramNamesItsPackage() {
        let missing = ServerError.missing(program: "no-such-server", package: "some-package")
        #expect(throws: missing) {
            try Programs.find("no-such-server", package: "some-package")
        }
        #expect("\(missing)".contains("apt-get install some-package"))
    }

    @Test func aServerThatCannotStartSaysWhy() throws {
        let error = #expect(throws: ServerError.self) {
            try PrivateRedis(config: ["no-such-directive yes"])
        }
        #expect("\(try #require(error))".contains("no-such-directive"))
    }

    @Test func aStoppedRedisLeavesNothing() throws {
        let server = try PrivateRedis(appendOnly: true)
        let pid = try #require(server.pid)
        #expect(Self.exists(pid))
        #expect(Self.exists(server.folder))
        server.stop()
        #expect(!Self.exists(pid))
        #expect(!Self.exists(server.folder))
    }

    /// `kill -9` ends the parent without a word; the kernel ends its children.
    @Test func childrenDieWithTheirParent() throws {
        let parent = try Subprocess(
            "/usr/bin/setpriv",
            [
                "--pdeathsig", "KILL", "--", "/bin/sh", "-c",
                "setpriv --pdeathsig KILL -- sh -c 'echo $$; exec sleep 60' & wait",
            ])
        #expect(eventually { parent.output.contains("\n") })
        let child = try #require(pid_t(parent.output.dropLast()))
        #expect(Self.exists(child))
        parent.killNow()
        #expect(eventually { !Self.exists(child) })
    }

    @Test(.enabled(if: PrivatePostgres.shouldRun))
    func postgresStartsCrashesAndLeavesNothing() throws {
        let server = try PrivatePostgres()
        let pid = try #require(server.pid)
        try psql(server, "CREATE TABLE t AS SELECT 7 AS n")
        try server.restart()
        #expect(!Self.exists(pid))
        #expect(try psql(server, "SELECT n FROM t") == "7\n")
        let other = try PrivatePostgres(config: ["max_connections = 7"])
        #expect(try psql(other, "SHOW max_connections") == "7\n")
        // The pid in what a killed one left is another server's by now.
        let lock = "\(server.folder)/data/postmaster.pid"
        let left = Files.read(lock).drop { $0 != "\n" }
        server.kill()
        #expect(Files.read(lock).isEmpty)
        try Files.write("\(try #require(other.pid))\(left)", to: lock)
        try server.start()
        #expect(try psql(server, "SELECT n FROM t") == "7\n")
        server.stop()
        #expect(!Self.exists(server.folder))
    }

    @discardableResult
    private func psql(_ server: PrivatePostgres, _ query: String) throws -> String {
        let psql = try Programs.find("psql", package: "postgresql-client-15")
        let finished = try Subprocess.run(
            psql, ["-X", "-A", "-t", "-q", "-d", server.url, "-c", query])
        #expect(finished.errors == "")
        return finished.output
    }
}
