import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet status`: queues, processes, requests without an answer, dead letters.
enum StatusCommand {
    static let spec = CommandSpec(
        path: ["status"], summary: "print queues, processes, unanswered requests, dead letters",
        options: [
            Option("partitions", nil, "a line for each partition instead of each queue"),
            Option("wait-idle", nil, "first wait until all queues and events are handled"),
            Option("timeout", "seconds", "how long to wait for that (default 60); then exit 1"),
        ],
        notes: [
            "depth: entries not handled, for events those not acknowledged. delayed: waiting to come "
                + "back. leased: partitions that a living process owns.",
            "messages: the versions of messages that a process reads. writes: the one that it writes.",
            "Latencies are upper bounds, from arrival in the fleet to applied; for "
                + "persistence-writer to its commit.",
        ],
        examples: ["fleet status", "fleet status --wait-idle --timeout 30", "fleet status --json"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let timeout = try invocation.integer("timeout", in: 1...86_400) ?? 60
        let redis = try context.redis()
        let topology = try context.topology()
        let survey = QueueSurvey(redis, topology)
        var report = Report()
        var states = try survey.look()
        if invocation.has("wait-idle") {
            states = try IdleWait.wait(survey, timeout: .seconds(timeout))
        }
        let processes = try ProcessSurvey.look(redis)
        report.table(
            queues(states, each: invocation.has("partitions")), "queues", title: "queues:")
        report.table(Self.processes(processes), "processes", title: "processes:")
        let links = processes.compactMap(LinkState.init)
        if !links.isEmpty {
            report.table(LinkState.table(links), "links", title: "connections to providers:")
        }
        report.table(
            TriggerShare.table(try TriggerShare.look(redis)), "triggers",
            title: "who fires the house's triggers:")
        report.table(latencies(processes), "latencies", title: "latencies, ms:")
        report.line(
            "message version: \(topology.version)", "message_version", JSONValue(topology.version))
        try addUnanswered(to: &report, context, redis)
        try addInflight(to: &report, context, redis, topology)
        let dead = states.reduce(0) { $0 + $1.dead }
        report.line("dead letters: \(dead)", "dead_letters", JSONValue(dead))
        let isIdle = states.allSatisfy(\.isIdle)
        report.line("idle: \(isIdle ? "yes" : "no")", "idle", .bool(isIdle))
        if !topology.paused.isEmpty {
            let paused = topology.paused.sorted()
            report.line("paused: \(paused.joined(separator: ", "))")
            report.fact("paused", .array(paused.map { .string($0) }))
        }
        if invocation.has("wait-idle"), !isIdle { report.fail() }
        return report
    }

    private static func addUnanswered(
        to report: inout Report, _ context: Context, _ redis: RedisClient
    ) throws {
        guard context.hasDatabase else {
            report.line("unanswered requests: not known without DATABASE_URL")
            return report.fact("unanswered", .null)
        }
        let seconds = try context.settings.number("REQUEST_ALARM")
        let now = try redis.clock(of: Keys.topology.slot)
        let found = try UnansweredRequests.find(
            try context.database(), before: now - seconds * 1_000, limit: 20)
        report.line(
            "requests unanswered for \(seconds) s: \(found.count)", "unanswered",
            JSONValue(found.count))
        if found.count > 0 {
            report.table(found.table, "unanswered_requests", title: "the oldest of them:")
        }
    }

    private static func addInflight(
        to report: inout Report, _ context: Context, _ redis: RedisClient, _ topology: Topology
    ) throws {
        let seconds = try context.settings.number("REQUEST_ALARM")
        let found = try InflightRequests(redis, topology, age: seconds * 1_000, limit: 20)
        report.line(
            "in flight at providers for \(seconds) s: \(found.count)", "in_flight",
            JSONValue(found.count))
        if found.count > 0 {
            report.table(found.table, "in_flight_requests", title: "the oldest of them:")
        }
    }

    /// By queue, or by partition. Queues that never held anything and that nobody reads are left out.
    private static func queues(_ states: [QueueState], each: Bool) -> Table {
        var table = Table([
            .init("queue"), .init("depth", numeric: true), .init("pending", numeric: true),
            .init("delayed", numeric: true), .init("oldest_ms", numeric: true),
            .init("dead", numeric: true), .init("leased"),
        ])
        var names: [String] = []
        var groups: [String: [QueueState]] = [:]
        for state in states {
            let name = each ? "\(state.lane)" : state.lane.queueName
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append(state)
        }
        for name in names {
            guard let group = groups[name] else { continue }
            let leased = group.count(where: \.isLeased)
            if leased == 0, group.allSatisfy({ $0.lastEntry == "0-0" && $0.isIdle }) { continue }
            table.add([
                .string(name), JSONValue(group.reduce(0) { $0 + $1.depth }),
                JSONValue(group.reduce(0) { $0 + $1.pending }),
                JSONValue(group.reduce(0) { $0 + $1.delayed }),
                group.compactMap(\.oldest).max().map { JSONValue($0) } ?? .null,
                JSONValue(group.reduce(0) { $0 + $1.dead }),
                .string("\(leased)/\(group.count)"),
            ])
        }
        return table
    }

    private static func processes(_ states: [ProcessState]) -> Table {
        let classes = OutcomeClass.allCases
        var table = Table(
            [
                .init("member"), .init("partitions"), .init("paused"), .init("messages"),
                .init("writes", numeric: true), .init("held", numeric: true),
            ]
                + classes.map { .init($0.rawValue, numeric: true) })
        for state in states {
            table.add(
                [
                    .string(state.member), .string(state.partitions), .bool(state.isPaused),
                    .string(state.messagesText), JSONValue(state.writes), JSONValue(state.held),
                ]
                    + classes.map { JSONValue(state.outcomes[$0.rawValue] ?? 0) })
        }
        return table
    }

    private static func latencies(_ states: [ProcessState]) -> Table {
        var table = Table([
            .init("service"), .init("count", numeric: true), .init("p50", numeric: true),
            .init("p99", numeric: true),
        ])
        let others = Set(states.map(\.service)).subtracting(FleetServices.names).sorted()
        for service in FleetServices.names + others {
            var histogram = Histogram()
            for state in states where state.service == service { histogram.merge(state.latency) }
            guard histogram.total > 0 else { continue }
            table.add([
                .string(service), JSONValue(histogram.total), histogram.bound(500),
                histogram.bound(990),
            ])
        }
        return table
    }
}
