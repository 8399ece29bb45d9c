import Glibc
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// Deaths between marking a message and noting that it left: never sent twice, never lost.
@Suite(.serialized, .enabled(if: Binaries.shouldRun && ProviderServer.shouldRun))
struct InDoubtTests {
    /// A replica that is missing stops the process behind its mark and before the first byte.
    @Test func `a message that was marked when its process died is in doubt`() throws {
        let scene = try ProviderScene(environment: ["REDIS_WAIT_REPLICAS": "1"])
        defer { scene.end() }
        let id = try scene.send("OPEN")
        #expect(eventually { (try? scene.marks()[id]?.state) == .wired })
        scene.connection.kill()
        #expect(try scene.server.received.isEmpty)

        try scene.startAgain(environment: ["REDIS_WAIT_REPLICAS": "0"])
        #expect(eventually { scene.queued == 0 })
        #expect(try scene.deadLetters.map { $0["dead_reason"] } == ["in_doubt"])
        #expect(try scene.marks()[id]?.isInDoubt == true)
        #expect(scene.inflight == 1, "somebody has to find out")
        let after = try scene.send("OPEN")
        #expect(eventually { scene.reportCount == 1 })
        #expect(try scene.server.receivedIDs == [after])
        #expect(try scene.marks()[after]?.isInDoubt == false)
    }

    /// The same, and the store comes back while the process lives: nothing is in doubt.
    @Test func `a mark whose answer is late is gone on with`() throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        try scene.place(1)
        #expect(eventually { scene.reportCount == 1 })
        scene.redis.signal(SIGSTOP)
        usleep(2_500_000)
        scene.redis.signal(SIGCONT)
        try scene.place(50)
        #expect(eventually(within: .seconds(20)) { scene.queued == 0 && scene.inflight == 0 })
        #expect(try scene.server.received.count == 51)
        #expect(try scene.deadLetters.isEmpty)
    }

    /// The provider kills the process the moment it has read a message, before or after the note.
    @Test func `killed while it sends, nothing goes twice and nothing is lost`() throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        var ids: [String] = []
        for round in 0..<12 {
            try scene.server.tell(
                #"{"set": {"kill_pid": \#(scene.connection.pid), "kill_after": \#(1 + 7 * round)}}"#
            )
            ids += try scene.place(100)
            #expect(
                scene.connection.process.wait(within: .seconds(20)) == .killed(by: SIGKILL),
                "round \(round)")
            try scene.startAgain()
            #expect(eventually(within: .seconds(20)) { scene.queued == 0 }, "round \(round)")
        }
        let received = try scene.server.receivedIDs
        #expect(Set(received).count == received.count, "none twice")
        let letters = try scene.deadLetters
        #expect(letters.allSatisfy { $0["dead_reason"] == "in_doubt" })
        let doubtful = Set(letters.compactMap { $0["order_id"] })
        #expect(Set(received).union(doubtful) == Set(ids))
        // A piece of a lane at most is in doubt after each death.
        #expect(letters.count <= 12 * 32 * ProviderScene.partitions)
        #expect(
            Set(try scene.marks().filter { $0.value.isInDoubt }.keys).isSubset(of: doubtful),
            "an answer may have ended a doubt")
    }

    /// A provider that reads no more: the writer waits, gives the connection up, and what is not
    /// handed over whole is sent over the next one.
    @Test func `a provider that stops reading costs the connection and no message`() throws {
        let scene = try ProviderScene(environment: ["PROVIDER_TIMEOUT": "500"])
        defer { scene.end() }
        try scene.place(1)
        #expect(eventually { scene.reportCount == 1 })
        try scene.server.tell(#"{"set": {"deaf": true}}"#)
        let ids = try scene.place(4_000)
        #expect(
            eventually(within: .seconds(30)) {
                scene.connection.log.contains("messages did not leave")
            })
        try scene.server.tell(#"{"set": {"deaf": false}}"#)
        #expect(eventually(within: .seconds(40)) { scene.queued == 0 }, "\(scene.queued)")
        // What left the queue is the kernel's; the provider reads it when it gets to it.
        var received: [String] = []
        let hasAll = eventually(within: .seconds(20)) {
            received = (try? scene.server.receivedIDs) ?? []
            return Set(ids).isSubset(of: Set(received))
        }
        #expect(hasAll, "\(received.count) of \(ids.count)")
        #expect(Set(received).count == received.count, "none twice")
        #expect(try scene.deadLetters.isEmpty)
    }
}
