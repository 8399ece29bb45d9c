import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Fleet

/// What Prometheus is told, and what people see of the same.
@Suite struct MetricsTests {
    private func snapshot(
        _ now: Int64 = 10_000, added: Int64 = 5, depth: Int64 = 2, applied: Int = 3,
        database: Result<FleetSnapshot.Database, FleetSnapshot.SnapshotError>? = nil,
        paused: String = ""
    ) throws -> FleetSnapshot {
        let topology = try Topology(
            Fields([
                "partitions": "1", "version": MessageVersion.current, "providers": "house",
                "paused": paused,
            ]))
        var latency = Histogram()
        for milliseconds in [0, 3, 3, 70_000] as [Int64] { latency.add(milliseconds) }
        let beat = Fields([
            "partitions": "0", "held": "4", "queue": "open", "paused": paused.isEmpty ? "0" : "1",
            "outcomes": "applied=\(applied) ignored:late=2", "latency": latency.text,
            "latency_sum_ms": "70006", "alarms": "account_parked=2 attempt_failed=1",
        ])
        let link = Fields([
            "partitions": "0", "queue": "provider-barclays",
            "gauges": "link_losses=3 link_up=0 unanswered:0=2",
        ])
        let queues = LaneID.all(of: 0, [.house]).map { lane in
            let isOpen = lane.queueName == "open"
            return QueueState(
                lane: lane, depth: isOpen ? depth : 0, pending: isOpen ? 1 : 0, delayed: 0,
                oldest: isOpen ? 1_500 : nil, dead: isOpen ? 1 : 0, isLeased: isOpen,
                lastEntry: "1-0", added: isOpen ? added : 0)
        }
        return FleetSnapshot(
            topology: topology, queues: queues,
            processes: [
                ProcessState(service: "worker-open", member: "w@h:1", beat),
                ProcessState(service: "provider-connection-barclays", member: "c@h:3", link),
            ],
            triggers: [
                TriggerShare(
                    member: "t@h:2", Fields(["symbols": "EURUSD,XAUUSD", "paused": "0"]))
            ],
            atProviders: [
                RequestsAtProvider(provider: "barclays", count: 7, late: 2, oldest: 31_250)
            ], now: now,
            database: database)
    }

    private var known: FleetSnapshot.Database {
        FleetSnapshot.Database(
            inFlight: [.init(flow: "barclays", count: 3, oldest: 4_000, late: 1)],
            stoppedAccounts: 0)
    }

    @Test func everyPartOfTheFleetHasItsNumber() throws {
        let text = FleetMetrics.text(
            try snapshot(database: .success(known), paused: "open"), version: "1")
        let member = #"process="worker-open",member="w@h:1""#
        for line in [
            #"orderfleet_build_info{version="1"} 1"#, "orderfleet_redis_up 1",
            #"orderfleet_queue_depth{queue="open",partition="0"} 2"#,
            #"orderfleet_queue_depth{queue="events/persistence",partition="0"} 0"#,
            #"orderfleet_queue_entries_total{queue="open",partition="0"} 5"#,
            #"orderfleet_queue_oldest_age_seconds{queue="open",partition="0"} 1.5"#,
            #"orderfleet_queue_paused{queue="open"} 1"#,
            #"orderfleet_dead_letters{queue="open",partition="0"} 1"#,
            #"orderfleet_process_held_messages{\#(member)} 4"#,
            #"orderfleet_outcomes_total{\#(member),outcome="applied",reason=""} 3"#,
            #"orderfleet_outcomes_total{\#(member),outcome="ignored",reason="late"} 2"#,
            #"orderfleet_alarms_total{\#(member),alarm="account_parked"} 2"#,
            #"orderfleet_provider_link_up{provider="barclays",member="c@h:3"} 0"#,
            #"orderfleet_provider_link_losses_total{provider="barclays",member="c@h:3"} 3"#,
            #"orderfleet_latency_seconds_bucket{\#(member),le="0.003"} 3"#,
            #"orderfleet_latency_seconds_bucket{\#(member),le="60"} 3"#,
            #"orderfleet_latency_seconds_bucket{\#(member),le="+Inf"} 4"#,
            #"orderfleet_latency_seconds_sum{\#(member)} 70.006"#,
            #"orderfleet_latency_seconds_count{\#(member)} 4"#,
            #"orderfleet_house_trigger_symbols{member="t@h:2"} 2"#,
            #"orderfleet_provider_requests_in_flight{provider="barclays"} 7"#,
            #"orderfleet_provider_requests_unanswered{provider="barclays"} 2"#,
            #"orderfleet_provider_requests_oldest_age_seconds{provider="barclays"} 31.25"#,
            #"orderfleet_requests_in_flight{flow="barclays"} 3"#,
            #"orderfleet_requests_unanswered{flow="barclays"} 1"#,
            #"orderfleet_requests_oldest_age_seconds{flow="barclays"} 6"#,
            "orderfleet_stopped_accounts 0", "orderfleet_postgres_up 1",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    @Test func whatIsAwayIsSaid() throws {
        let none = FleetMetrics.text(nil, version: "1")
        #expect(none.contains("orderfleet_redis_up 0\n") && !none.contains("orderfleet_queue"))
        let half = FleetMetrics.text(
            try snapshot(database: .failure(.init(description: "away"))), version: "1")
        #expect(half.contains("orderfleet_postgres_up 0\n") && half.contains("queue_depth"))
        #expect(!half.contains("orderfleet_requests"))
        let unnamed = FleetMetrics.text(try snapshot(), version: "1")
        #expect(!unnamed.contains("postgres"))
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.001"), (10, "0.01"), (1_000, "1"), (1_050, "1.05"), (-1_500, "-1.5"),
        ] as [(Int64, String)])
    func secondsHaveNoBinaryFraction(milliseconds: Int64, text: String) {
        #expect(MetricFamily.seconds(milliseconds) == text)
    }

    @Test func labelsAreEscaped() {
        var family = MetricFamily("x", .gauge, "X.")
        family.add(["a": "q\"b\\c\nd"], 1)
        #expect(family.lines == [#"x{a="q\"b\\c\nd"} 1"#])
    }

    /// The ecosystem's own judge of names, units and shapes.
    @Test(.enabled(if: Programs.shouldRun("promtool")))
    func promtoolHasNothingToSay() throws {
        for text in [
            FleetMetrics.text(try snapshot(database: .success(known)), version: "1"),
            FleetMetrics.text(nil, version: "1"),
        ] {
            let path = try TestFolder.fresh("metrics") + "/text"
            try Files.write(text, to: path)
            let run = try Subprocess.run(
                "/bin/sh", ["-c", "promtool check metrics < \(path)"], environment: [:],
                within: .seconds(30))
            #expect(run.exit == .exited(0), "\(run.output)\(run.errors)")
            #expect((run.output + run.errors).isEmpty)
        }
    }

    @Test func topShowsWhatHappenedBetweenTwoLooks() throws {
        let before = try snapshot()
        let after = try snapshot(12_000, added: 25, depth: 6, applied: 13)
        let text = TopView(before, after, byPartition: false).report.text(json: false)
        let open = try #require(text.split(separator: "\n").first { $0.hasPrefix("open") })
        // 20 appended and 16 handled in two seconds.
        #expect(
            open.split(separator: " ") == ["open", "10", "8", "6", "1", "0", "1500", "1", "1/1"])
        let member = try #require(text.split(separator: "\n").first { $0.hasPrefix("w@h:1") })
        #expect(member.split(separator: " ").prefix(5) == ["w@h:1", "0", "no", "4", "5"])
        let share = try #require(text.split(separator: "\n").first { $0.hasPrefix("t@h:2") })
        #expect(share.split(separator: " ") == ["t@h:2", "no", "2", "EURUSD,XAUUSD"])
        let link = try #require(text.split(separator: "\n").first { $0.hasPrefix("barclays") })
        #expect(link.split(separator: " ") == ["barclays", "c@h:3", "no", "3"])
        #expect(!text.contains("close"), "queues that never held anything are left out")
    }

    @Test func aFrameFitsItsScreen() {
        let frame = Screen.frame("abcdef\nb\nc", columns: 3, rows: 2)
        #expect(frame == "\u{1B}[Habc\u{1B}[K\r\nb\u{1B}[K\u{1B}[J")
    }
}
