import ServiceRuntime
import Shared

/// Two looks at the fleet, and what happened between them. Pure.
struct TopView {
    private let before: FleetSnapshot
    private let now: FleetSnapshot
    private let byPartition: Bool

    init(_ before: FleetSnapshot, _ now: FleetSnapshot, byPartition: Bool) {
        self.before = before
        self.now = now
        self.byPartition = byPartition
    }

    var report: Report {
        var report = Report()
        let unanswered = now.unanswered.map { JSONValue($0) } ?? .null
        let paused = now.topology.paused.sorted()
        report.line(
            "orderfleet  \(Timestamp.text(now.now).prefix(19)) UTC  dead letters \(now.deadLetters)  "
                + "unanswered \(unanswered.plain)  held \(now.held)"
                + (paused.isEmpty ? "" : "  paused " + paused.joined(separator: ",")))
        report.fact("time", JSONValue(now.now))
        report.fact("dead_letters", JSONValue(now.deadLetters))
        report.fact("unanswered", unanswered)
        report.fact("held", JSONValue(now.held))
        report.fact("paused", .array(paused.map { .string($0) }))
        report.line("")
        report.table(queues, "queues")
        report.line("")
        report.table(processes, "processes")
        if !now.links.isEmpty {
            report.line("")
            report.table(LinkState.table(now.links), "links")
        }
        if !now.triggers.isEmpty {
            report.line("")
            report.table(TriggerShare.table(now.triggers), "triggers")
        }
        return report
    }

    /// Milliseconds between the looks; at least one.
    private var span: Int64 { max(1, now.now - before.now) }

    private func rate(_ count: Int64) -> JSONValue { JSONValue(max(0, count) * 1_000 / span) }

    private var queues: Table {
        var table = Table([
            .init("queue"), .init("in/s", numeric: true), .init("out/s", numeric: true),
            .init("depth", numeric: true), .init("pending", numeric: true),
            .init("delayed", numeric: true), .init("oldest_ms", numeric: true),
            .init("dead", numeric: true), .init("leased"),
        ])
        let old = Dictionary(before.queues.map { ($0.lane, $0) }) { first, _ in first }
        var names: [String] = []
        var groups: [String: [QueueState]] = [:]
        for state in now.queues {
            let name = byPartition ? "\(state.lane)" : state.lane.queueName
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append(state)
        }
        for name in names {
            let group = groups[name] ?? []
            // Queues that never held anything and that nobody reads are left out.
            guard group.contains(where: { $0.isLeased || $0.added > 0 || $0.dead > 0 }) else {
                continue
            }
            func sum(_ part: (QueueState) -> Int64) -> Int64 { group.reduce(0) { $0 + part($1) } }
            let appended = sum { $0.added - (old[$0.lane]?.added ?? $0.added) }
            let handled = sum { state in
                guard let last = old[state.lane] else { return 0 }
                return (state.added - state.depth) - (last.added - last.depth)
            }
            table.add([
                .string(name), rate(appended), rate(handled), JSONValue(sum(\.depth)),
                JSONValue(sum(\.pending)), JSONValue(sum(\.delayed)),
                group.compactMap(\.oldest).max().map { JSONValue($0) } ?? .null,
                JSONValue(sum(\.dead)),
                .string("\(group.count(where: \.isLeased))/\(group.count)"),
            ])
        }
        return table
    }

    private var processes: Table {
        var table = Table([
            .init("member"), .init("partitions"), .init("paused"), .init("held", numeric: true),
            .init("done/s", numeric: true), .init("dead", numeric: true),
            .init("p50_ms", numeric: true), .init("p99_ms", numeric: true),
        ])
        let old = Dictionary(before.processes.map { ($0.member, $0) }) { first, _ in first }
        for state in now.processes {
            let last = old[state.member]
            let done = state.outcomes.values.reduce(0, +)
            let doneBefore = last?.outcomes.values.reduce(0, +) ?? done
            // What was measured since the last look, or since its start where that is nothing.
            var latency = state.latency
            if let last, last.latency != state.latency { latency.subtract(last.latency) }
            table.add([
                .string(state.member), .string(state.partitions), .bool(state.isPaused),
                JSONValue(state.held), rate(Int64(done - doneBefore)),
                JSONValue(state.outcomes[OutcomeClass.dead.rawValue] ?? 0),
                latency.bound(500), latency.bound(990),
            ])
        }
        return table
    }
}
