import Glibc
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// The built provider-connection against another implementation of the wire.
@Suite(.serialized, .enabled(if: Binaries.shouldRun && ProviderServer.shouldRun))
struct ProviderConnectionTests {
    @Test(arguments: [false, true])
    func `both directions go over one connection`(overTCP: Bool) throws {
        let scene = try ProviderScene(port: overTCP ? Ports.free() : nil)
        defer { scene.end() }
        let kinds = ProviderRequest.Kind.allCases
        let ids = try kinds.map { try scene.send($0.rawValue) }
        #expect(eventually { scene.reportCount == kinds.count && scene.inflight == 0 })
        #expect(eventually { scene.queued == 0 })
        #expect(Set(try scene.server.receivedIDs.count == ids.count ? ids : []) == Set(ids))
        let reports = try scene.allReports
        #expect(Set(reports.compactMap { $0["order_id"] }) == Set(ids))
        let fill = reports.first { $0["order_id"] == ids[0] }
        #expect(fill?["avgpx"] == "1.1" && fill?["cumqty"] == "0.1")
        // Each lies in its account's partition.
        for (index, lane) in ProviderScene.reports.enumerated() {
            for report in try scene.entries(lane.stream) {
                let number = (report["order_id"] ?? "").drop { !$0.isNumber }
                let account = try AccountID(.live, String(number))
                #expect(account.partition(of: ProviderScene.partitions) == index)
            }
        }
        let sent = try scene.server.received
        #expect(sent.allSatisfy { $0["key"] == nil && $0["v"] == nil && $0["type"] == "order" })
        #expect(try scene.marks().values.allSatisfy { $0.state == .sent })
        #expect(try scene.deadLetters.isEmpty)
    }

    @Test(arguments: ["plain", "fix"])
    func `reports are read in any form`(form: String) throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        try scene.server.tell(#"{"set": {"form": "\#(form)"}}"#)
        let id = try scene.send("OPEN")
        #expect(eventually { scene.reportCount == 1 && scene.inflight == 0 })
        let report = try #require(try scene.allReports.first)
        #expect(report["type"] == "execution_report")
        #expect(report["order_id"] == id || report["raw"]?.contains(id) == true)
    }

    @Test func `ten thousand messages arrive once each`() throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        try scene.server.tell(#"{"set": {"reject": 50, "duplicate": 50, "delay": 100}}"#)
        let ids = try scene.place(10_000)
        #expect(eventually(within: .seconds(60)) { scene.queued == 0 && scene.inflight == 0 })
        let received = try scene.server.receivedIDs
        #expect(received.count == 10_000 && Set(received) == Set(ids))
        #expect(Set(try scene.allReports.compactMap { $0["order_id"] }) == Set(ids))
        #expect(scene.reportCount > 10_000, "some were said twice")
        #expect(try scene.deadLetters.isEmpty)
    }

    @Test(arguments: ["drop", "cut", "die"])
    func `a lost connection comes back without end`(how: String) throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        for round in 1...3 {
            try scene.place(20)
            #expect(eventually { scene.inflight == 0 && scene.queued == 0 }, "round \(round)")
            switch how {
            case "drop": try scene.server.tell(#"{"drop": true}"#)
            case "cut":
                // An answer of which half arrives is never heard of again: its request stays open.
                try scene.server.tell(#"{"set": {"cut_after": 1}}"#)
                let id = try scene.send("OPEN")
                #expect(eventually { scene.inflight == 1 && scene.queued == 0 })
                #expect(eventually { scene.connection.log.contains("bytes cut off") })
                let unheard = try scene.server.receivedIDs.last
                #expect(unheard == id)
                for lane in ProviderScene.lanes { try scene.ask("ZREM", lane.inflight, id) }
            default:
                scene.server.kill()
                try scene.place(5)
                usleep(300_000)
                #expect(scene.queued == 5, "what waits for the provider is not marked")
                try scene.server.start()
            }
        }
        try scene.place(5)
        #expect(eventually(within: .seconds(20)) { scene.inflight == 0 && scene.queued == 0 })
        #expect(Set(try scene.server.receivedIDs).count == (try scene.server.receivedIDs).count)
        #expect(try scene.deadLetters.isEmpty)
    }

    @Test func `what cannot be read is kept and the connection goes on`() throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        try scene.place(1)
        #expect(eventually { scene.inflight == 0 && scene.reportCount == 1 })
        try scene.server.tell(#"{"raw": "00000001c1"}"#)
        try scene.server.tell(#"{"send": {"hello": "world"}}"#)
        try scene.server.tell(#"{"send": {"type": "heartbeat"}}"#)
        try scene.server.tell(
            #"{"send": {"order_id": "X9", "ord_status": "EXECUTED", "avgpx": 1650.3000000000002}}"#)
        #expect(eventually { scene.reportCount == 2 })
        let kept = try ProviderScene.reports.flatMap { try scene.entries($0.dead) }
        #expect(Set(kept.compactMap { $0["frame"] }) == ["c1", #"{"hello":"world"}"#])
        #expect(kept.allSatisfy { $0["dead_reason"] == "unreadable" && $0["provider"] != nil })
        let unknown = try LifecycleID("X9").partition(of: ProviderScene.partitions)
        let found = try scene.entries(ProviderScene.reports[unknown].stream)
        #expect(found.contains { $0["avgpx"] == "1650.3000000000002" }, "no digit is lost")
        // A length that cannot be: where the next frame begins is not known.
        try scene.server.tell(#"{"raw": "ffffffff00"}"#)
        #expect(eventually { scene.connection.log.contains("frame of 4294967295 bytes") })
        try scene.place(1)
        #expect(eventually { scene.inflight == 0 && scene.queued == 0 })
    }

    @Test func `a request without an answer is named`() throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        try scene.server.tell(#"{"set": {"silent": true}}"#)
        let id = try scene.send("CLOSED")
        #expect(eventually { scene.queued == 0 && scene.inflight == 1 })
        #expect(
            eventually(within: .seconds(15)) {
                scene.connection.log.contains("requests unanswered")
            })
        #expect(scene.connection.log.contains(id))
        let environment = ["REDIS_URL": scene.redis.url, "REQUEST_ALARM": "1"]
        let status = try Subprocess.run(
            Binaries.path("fleet"), ["status"], environment: environment)
        #expect(status.output.contains("in flight at providers for 1 s: 1"), "\(status.output)")
        #expect(status.output.contains(id) && status.output.contains("provider-connection-"))
        let metrics = try Subprocess.run(
            Binaries.path("fleet"), ["exporter", "--once"], environment: environment)
        for name in ["in_flight", "unanswered"] {
            let line = #"orderfleet_provider_requests_\#(name){provider="barclays"} 1"#
            #expect(metrics.output.contains(line + "\n"), "\(metrics.output)\(metrics.errors)")
        }
        try scene.server.tell(
            #"{"send": {"order_id": "\#(id)", "ord_status": "REJECTED", "reason": "late"}}"#)
        #expect(eventually { scene.inflight == 0 })
    }

    @Test func `a lost connection shows`() throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        let environment = ["REDIS_URL": scene.redis.url]
        func fleet(_ words: String...) throws -> String {
            try Subprocess.run(Binaries.path("fleet"), words, environment: environment).output
        }
        func link() throws -> [Substring]? {
            try fleet("status").split(separator: "\n").first { $0.hasPrefix("barclays ") }?
                .split(separator: " ").suffix(2)
        }
        #expect(eventually { (try? link()) == ["yes", "0"] })
        scene.server.kill()
        #expect(eventually(within: .seconds(15)) { (try? link()) == ["no", "1"] })
        let metrics = try fleet("exporter", "--once").split(separator: "\n")
        for (name, value) in [("up", "0"), ("losses_total", "1")] {
            let samples = metrics.filter { $0.hasPrefix("orderfleet_provider_link_\(name){") }
            #expect(samples.count == 1 && samples[0].hasSuffix(" \(value)"), "\(samples)")
        }
        func verdict() throws -> Substring? {
            try fleet("doctor").split(separator: "\n")
                .first { $0.contains("provider-connection-barclays") }?
                .split(separator: " ").first
        }
        #expect(try verdict() == "ok")
        scene.connection.stop()
        #expect(try verdict() == "warning")
    }

    @Test func `a stopping process takes what is on its way`() throws {
        let scene = try ProviderScene()
        defer { scene.end() }
        try scene.server.tell(#"{"set": {"delay": 1000, "longest_delay": 0.2}}"#)
        try scene.place(200)
        #expect(eventually { scene.queued == 0 })
        #expect(scene.connection.stop() == .exited(0))
        #expect(scene.inflight == 0 && scene.reportCount == 200, "\(scene.connection.log)")
        for lane in ProviderScene.lanes {
            #expect(try scene.ask("EXISTS", lane.lease) == .integer(0))
        }
    }
}
