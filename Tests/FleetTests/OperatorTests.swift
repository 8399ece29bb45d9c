import Glibc
import RedisDriver
import Shared
import TestSupport
import Testing

/// What an operator does with a real fleet.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct OperatorTests {
    /// Appends a report of a provider that is not the house.
    private func report(
        _ fleet: FleetUnderTest, _ account: AccountID, _ fields: [(String, String)]
    ) throws {
        let lane = LaneID(queue: .reports, account.partition(of: FleetUnderTest.partitions))
        let all = [("v", MessageVersion.current), ("type", "execution_report")] + fields
        _ = try fleet.client.call(fleet.append(all, to: lane)).get()
    }

    private func place(
        _ fleet: FleetUnderTest, _ account: AccountID, _ request: String
    ) throws -> OrderID {
        try fleet.send([(account, request, FleetUnderTest.market())])
        let answer = try fleet.awaitAnswer(account, request)
        return try OrderID(try #require(answer["order_id"], "\(answer)"))
    }

    private func awaitState(
        _ fleet: FleetUnderTest, _ key: OrderKey, _ state: String?
    ) throws -> Bool {
        eventually(within: .seconds(20)) {
            (try? fleet.hash(key.account.holdings(key.order))["state"]) == state
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `a late fill is redriven onto its order, which Redis had forgotten`() throws {
        let fleet = try FleetUnderTest(processes: [])
        defer { fleet.end() }
        for name in Binaries.processes {
            try fleet.start(name, environment: ["ORDER_RETENTION": "1"])
        }
        for name in Binaries.processes { try fleet.awaitOwners(of: name) }
        try fleet.create(.outside(1))
        let account = try AccountID(.live, "9001")
        let order = OrderKey(account, try place(fleet, account, "late"))
        try report(fleet, account, [("order_id", order.order.text), ("ord_status", "REJECTED")])
        #expect(try awaitState(fleet, order, nil), "its holdings expire")
        try fleet.awaitRest()
        try report(
            fleet, account,
            [
                ("order_id", order.order.text), ("ord_status", "EXECUTED"), ("exec_id", "P1"),
                ("avgpx", Terms.bid), ("cumqty", "0.01"),
            ])
        let isDead = eventually(within: .seconds(20)) {
            (try? fleet.number("SELECT count(*) AS n FROM dead_letters")) == 1
        }
        #expect(isDead, "archived as it dies; \(fleet.complaints)")
        let dry = try fleet.tool(["dead", "redrive", "--reason", "late_fill", "--dry-run"])
        #expect(dry.text.contains("order restored from Postgres"), "\(dry.text)")
        try fleet.expectClean(deadLetters: 1)
        try fleet.tool(["dead", "redrive", "--reason", "late_fill", "--by", "ann"]).expectSuccess()
        #expect(try awaitState(fleet, order, "open"), "\(fleet.complaints)")
        #expect(try fleet.hash(account.holdings(order.order))["late_fill"] == "1")
        try fleet.awaitRest()
        try fleet.expectClean()
        #expect(
            try fleet.number(
                "SELECT count(*) AS n FROM dead_letters WHERE action = 'redriven' AND actor = 'ann'"
            )
                == 1)
        // It lives on: its ids lead to it for good, and it can be closed.
        for key in [
            Keys.lookup(LifecycleID(order.order)) as any RedisKey, Keys.orderData(order.order),
        ] {
            let lasts = eventually(within: .seconds(10)) {
                (try? fleet.client.call(
                    RedisCommand("PTTL", slot: key.slot.number, [key.text])
                ).get().number) == -1
            }
            #expect(lasts, "\(key.text)")
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `a paused queue waits, and goes on when it is resumed`() throws {
        let fleet = try FleetUnderTest(processes: ["order-entry", "dispatcher", "worker-open"])
        defer { fleet.end() }
        try fleet.create(.outside(1))
        let account = try AccountID(.live, "9001")
        let paused = try fleet.tool(["pause", "open"]).expectSuccess()
        #expect(paused.text.contains("settled"), "\(paused.text)")
        let order = OrderKey(account, try place(fleet, account, "paused"))
        let fill = [
            ("order_id", order.order.text), ("ord_status", "EXECUTED"), ("exec_id", "P1"),
            ("avgpx", Terms.bid),
        ]
        try report(fleet, account, fill)
        let lane = LaneID(queue: .open, account.partition(of: FleetUnderTest.partitions))
        let waits = eventually(within: .seconds(10)) {
            (try? fleet.count("XLEN", lane.stream)) == 1
        }
        #expect(waits)
        usleep(1_500_000)
        #expect(try fleet.count("XLEN", lane.stream) == 1, "nothing is taken")
        #expect(try fleet.hash(account.holdings(order.order))["state"] == "queued")
        let status = try fleet.tool(["status"]).text
        #expect(status.contains("paused: open"), "\(status)")
        for lane in FleetUnderTest.lanes(of: Role.open) {
            #expect(try fleet.count("EXISTS", lane.lease) == 1, "\(lane) keeps its lease")
        }
        try fleet.tool(["resume", "open"]).expectSuccess()
        #expect(try awaitState(fleet, order, "open"), "\(fleet.complaints)")
        #expect(try fleet.tool(["pause", "nonsense"]).run.exit == .exited(2))
    }

    @Test(.timeLimit(.minutes(4)))
    func `what a person has verified is booked once, under the name`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.outside(1))
        let account = try AccountID(.live, "9001")
        let order = OrderKey(account, try place(fleet, account, "asked"))
        let words = [
            "order", "resolve", order.order.text, "--as", "filled", "--price", Terms.bid, "--by",
            "ann", "--note", "phone",
        ]
        let said = try fleet.tool(words + ["--wait"]).expectSuccess()
        #expect(said.text.contains("resolved:\(order.order):filled"), "\(said.text)")
        #expect(try awaitState(fleet, order, "open"))
        let again = try fleet.tool(words).expectSuccess()
        #expect(again.text.contains("nothing changes"), "\(again.text)")
        let other = try fleet.tool(
            ["order", "resolve", order.order.text, "--as", "rejected", "--by", "ann"])
        #expect(other.run.exit == .exited(1), "\(other.text)")
        try fleet.awaitRest()
        try fleet.expectClean()
        #expect(
            try fleet.number(
                "SELECT count(*) AS n FROM order_events WHERE type = 'ORDER_OPEN_CONFIRMED'") == 1)
    }

    /// The connection dies between its mark and the first byte: nobody knows whether the order arrived.
    @Test(
        .timeLimit(.minutes(4)), .enabled(if: ProviderServer.shouldRun), arguments: [true, false])
    func `a request in doubt is settled by who has asked the provider`(isFilled: Bool) throws {
        let server = try ProviderServer()
        defer { server.stop() }
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.outside(1))
        let account = try AccountID(.live, "9001")
        let order = OrderKey(account, try leaveInDoubt(fleet, account, server))
        let lane = LaneID(
            queue: .provider(FleetUnderTest.outside),
            account.partition(of: FleetUnderTest.partitions))
        let id = order.order.text

        // A refusal of what may have arrived before says nothing of that.
        try report(fleet, account, [("order_id", id), ("ord_status", "REJECTED")])
        let letters = try awaitLetters(fleet, 2)
        #expect(try fleet.hash(account.holdings(order.order))["state"] == "queued")
        #expect(try fleet.count("ZCARD", lane.inflight) == 1, "it is shown until it is settled")

        let verdict = isFilled ? ["filled", "--price", Terms.bid, "--exec-id", "P1"] : ["rejected"]
        let said = try fleet.tool(
            ["order", "resolve", id, "--as"] + verdict
                + ["--by", "ann", "--letters", letters.joined(separator: ","), "--wait"]
        ).expectSuccess()
        #expect(said.text.contains("dead letters settled: 2"), "\(said.text)")
        #expect(try awaitState(fleet, order, isFilled ? "open" : "rejected"))
        #expect(try fleet.count("ZCARD", lane.inflight) == 0)
        let mark = try fleet.hash(lane.wired)[id].map { try WireMark(text: $0) }
        #expect(mark?.isInDoubt == false)
        // The provider says so after all.
        let status = isFilled ? "EXECUTED" : "REJECTED"
        try report(
            fleet, account,
            [("order_id", id), ("ord_status", status), ("exec_id", "P1"), ("avgpx", Terms.bid)])
        try fleet.awaitRest()
        try fleet.expectClean()
        #expect(try fleet.count("XLEN", lane.dead) == 0)
        #expect(try server.received.isEmpty, "it was not sent again")
        let settled = "dead_letters WHERE action = 'resolved' AND actor = 'ann'"
        #expect(try fleet.number("SELECT count(*) AS n FROM \(settled)") == 2)
    }

    /// Places an order whose message is marked and not sent when its connection dies.
    private func leaveInDoubt(
        _ fleet: FleetUnderTest, _ account: AccountID, _ server: ProviderServer
    ) throws -> OrderID {
        let provider = FleetUnderTest.outside
        let lane = LaneID(
            queue: .provider(provider), account.partition(of: FleetUnderTest.partitions))
        let settings = ["PROVIDER_NAME": provider.name, "PROVIDER_ADDRESS": server.address]
        // It waits for a replica that is missing.
        let dying = try fleet.start(
            "provider-connection",
            environment: settings.merging(["REDIS_WAIT_REPLICAS": "1"]) { _, one in one })
        let order = try place(fleet, account, "doubted")
        let isMarked = eventually(within: .seconds(10)) {
            (try? fleet.hash(lane.wired)[order.text].map { try WireMark(text: $0) })?.state
                == .wired
        }
        try #require(isMarked, "\(dying.log)")
        dying.kill()
        fleet.remove(dying)
        try fleet.start("provider-connection", environment: settings)
        _ = try awaitLetters(fleet, 1)
        return order
    }

    /// The names of so many dead letters, all of them in doubt.
    private func awaitLetters(_ fleet: FleetUnderTest, _ count: Int) throws -> [String] {
        var found: [String] = []
        let all = eventually(within: .seconds(20)) {
            let lines = (try? fleet.tool(["dead", "list"]).text)?.split(separator: "\n") ?? []
            found = lines.filter { $0.contains(" in_doubt ") }
                .compactMap { $0.split(separator: " ").first.map(String.init) }
            return found.count == count
        }
        try #require(all, "\(found)\n\(fleet.complaints)")
        return found
    }

    @Test(.timeLimit(.minutes(4)))
    func `the exporter tells Prometheus of the fleet`() throws {
        let fleet = try FleetUnderTest(processes: ["order-entry", "persistence-writer"])
        defer { fleet.end() }
        let exporter = try Subprocess(
            Binaries.path("fleet"), ["exporter", "--listen", "127.0.0.1:0"],
            environment: fleet.environment)
        defer { exporter.stop() }
        var port: Substring = ""
        _ = eventually(within: .seconds(10)) {
            port = exporter.errors.split(separator: " ").last?.prefix { $0.isNumber } ?? ""
            return !port.isEmpty
        }
        try #require(!port.isEmpty, "\(exporter.errors)")
        func get(_ path: String) throws -> String {
            let script = """
                import sys, urllib.request
                try:
                    r = urllib.request.urlopen(sys.argv[1], timeout=10)
                except urllib.error.HTTPError as e:
                    r = e
                print(r.status, r.headers["Content-Type"]); print(r.read().decode(), end="")
                """
            return try Subprocess.run(
                "/usr/bin/python3", ["-c", script, "http://127.0.0.1:\(port)\(path)"],
                environment: [:], within: .seconds(20)
            ).output
        }
        let text = try get("/metrics")
        #expect(text.hasPrefix("200 text/plain; version=0.0.4"), "\(text.prefix(200))")
        #expect(text.contains("orderfleet_redis_up 1") && text.contains("orderfleet_postgres_up 1"))
        #expect(text.contains(#"orderfleet_process_up{process="order-entry""#))
        #expect(try get("/healthz").hasPrefix("200"))
        #expect(try get("/nothing").hasPrefix("404"))
        let top = try fleet.tool(["top"]).expectSuccess()
        #expect(top.text.contains("order-entry@"), "\(top.text)")
        fleet.redis.stop()
        #expect(try get("/metrics").contains("orderfleet_redis_up 0"))
        #expect(exporter.stop() == .exited(0))
    }
}
