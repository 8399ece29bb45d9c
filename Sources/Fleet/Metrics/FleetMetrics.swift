import ServiceRuntime
import Shared

/// What Prometheus is told. Names, units and types follow its rules: base units, `_total` for what only
/// rises; `promtool check metrics` has nothing to say.
enum FleetMetrics {
    /// - Parameter snapshot: nil where Redis could not be asked.
    static func text(_ snapshot: FleetSnapshot?, version: String) -> String {
        var build = MetricFamily("orderfleet_build_info", .gauge, "Version of the exporter.")
        build.add(["version": version], 1)
        var redis = MetricFamily("orderfleet_redis_up", .gauge, "Whether Redis answered.")
        redis.add([:], snapshot == nil ? 0 : 1)
        var families = [build, redis]
        if let snapshot {
            families += queues(snapshot) + processes(snapshot) + links(snapshot)
            families += providers(snapshot) + database(snapshot)
        }
        return families.filter { !$0.lines.isEmpty }.map(\.text).joined()
    }

    /// A gauge or counter of every lane.
    private struct LaneMetric: Sendable {
        let name: String
        let kind: MetricFamily.Kind
        let help: String
        let value: @Sendable (QueueState) -> Int64
    }

    private static let laneMetrics: [LaneMetric] = [
        LaneMetric(
            name: "orderfleet_queue_depth", kind: .gauge,
            help: "Entries that are not handled; of events those not acknowledged."
        ) { $0.depth },
        LaneMetric(
            name: "orderfleet_queue_pending", kind: .gauge,
            help: "Entries that were handed out and are not handled."
        ) { $0.pending },
        LaneMetric(
            name: "orderfleet_queue_delayed", kind: .gauge,
            help: "Messages that wait to come back."
        ) { $0.delayed },
        LaneMetric(
            name: "orderfleet_queue_leased", kind: .gauge, help: "Whether a process owns the lane."
        ) { $0.isLeased ? 1 : 0 },
        LaneMetric(
            name: "orderfleet_dead_letters", kind: .gauge,
            help: "Messages that somebody has to look at."
        ) { $0.dead },
        LaneMetric(
            name: "orderfleet_queue_entries_total", kind: .counter,
            help: "Entries that were ever appended."
        ) { $0.added },
    ]

    private static func labels(_ lane: LaneID) -> MetricFamily.Labels {
        ["queue": lane.queueName, "partition": String(lane.partition)]
    }

    private static func queues(_ snapshot: FleetSnapshot) -> [MetricFamily] {
        var families = laneMetrics.map { metric in
            var family = MetricFamily(metric.name, metric.kind, metric.help)
            for state in snapshot.queues { family.add(labels(state.lane), metric.value(state)) }
            return family
        }
        var age = MetricFamily(
            "orderfleet_queue_oldest_age_seconds", .gauge,
            "Age of the oldest entry that is not handled; 0 for none.")
        for state in snapshot.queues {
            age.add(labels(state.lane), milliseconds: max(0, state.oldest ?? 0))
        }
        var paused = MetricFamily(
            "orderfleet_queue_paused", .gauge, "Whether an operator has paused the queue.")
        for name in LaneID.all(of: 0, snapshot.topology.providers).map(\.queueName) {
            paused.add(["queue": name], snapshot.topology.paused.contains(name) ? 1 : 0)
        }
        families += [age, paused]
        return families
    }

    private static func processes(_ snapshot: FleetSnapshot) -> [MetricFamily] {
        var members = MetricFamily(
            "orderfleet_process_up", .gauge, "One for each process that lives.")
        var partitions = MetricFamily(
            "orderfleet_process_partitions", .gauge, "Partitions that the process owns.")
        var held = MetricFamily(
            "orderfleet_process_held_messages", .gauge,
            "Messages in hand whose accounts wait for a store.")
        var outcomes = MetricFamily(
            "orderfleet_outcomes_total", .counter,
            "Messages by what became of them, since the process began.")
        var latency = MetricFamily(
            "orderfleet_latency_seconds", .histogram,
            "From a message's arrival in the fleet to applied; for the persistence writer to its "
                + "commit.")
        var symbols = MetricFamily(
            "orderfleet_house_trigger_symbols", .gauge,
            "Symbols whose triggers a process of the house fires.")
        for share in snapshot.triggers {
            symbols.add(["member": share.member], share.symbols.count)
        }
        for state in snapshot.processes {
            let labels: MetricFamily.Labels = ["process": state.service, "member": state.member]
            members.add(labels, 1)
            partitions.add(labels, state.partitions.split(separator: ",").count)
            held.add(labels, state.held)
            for (name, count) in state.reasons.sorted(by: { $0.key < $1.key }) {
                let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
                outcomes.add(
                    [
                        "process": state.service, "member": state.member,
                        "outcome": parts.first ?? "", "reason": parts.count > 1 ? parts[1] : "",
                    ], count)
            }
            guard state.latency.total > 0 else { continue }
            latency.add(
                labels, bounds: Histogram.bounds, counts: state.latency.counts,
                sum: state.latencySum)
        }
        return [members, partitions, held, outcomes, alarms(snapshot), latency, symbols]
    }

    private static func alarms(_ snapshot: FleetSnapshot) -> MetricFamily {
        var alarms = MetricFamily(
            "orderfleet_alarms_total", .counter,
            "Log lines of what somebody should look at, by their words, since the process began.")
        for state in snapshot.processes {
            for (name, count) in state.alarms.sorted(by: { $0.key < $1.key }) {
                alarms.add(
                    ["process": state.service, "member": state.member, "alarm": name], count)
            }
        }
        return alarms
    }

    /// Whether the wires stand, as the processes that keep them tell.
    private static func links(_ snapshot: FleetSnapshot) -> [MetricFamily] {
        var isUp = MetricFamily(
            "orderfleet_provider_link_up", .gauge,
            "Whether the process is connected to its provider.")
        var losses = MetricFamily(
            "orderfleet_provider_link_losses_total", .counter,
            "Connections to a provider that ended, since the process began.")
        for link in snapshot.links {
            let labels: MetricFamily.Labels = ["provider": link.provider, "member": link.member]
            isUp.add(labels, link.isUp ? 1 : 0)
            losses.add(labels, link.losses)
        }
        return [isUp, losses]
    }

    /// What went over the wires, as the connections note it: known without Postgres.
    private static func providers(_ snapshot: FleetSnapshot) -> [MetricFamily] {
        var open = MetricFamily(
            "orderfleet_provider_requests_in_flight", .gauge,
            "Requests that were sent to a provider and have no answer.")
        var late = MetricFamily(
            "orderfleet_provider_requests_unanswered", .gauge,
            "Of these, for longer than REQUEST_ALARM.")
        var oldest = MetricFamily(
            "orderfleet_provider_requests_oldest_age_seconds", .gauge,
            "Age of the oldest request that was sent and has no answer; 0 for none.")
        for requests in snapshot.atProviders {
            let labels: MetricFamily.Labels = ["provider": requests.provider]
            open.add(labels, requests.count)
            late.add(labels, requests.late)
            oldest.add(labels, milliseconds: max(0, requests.oldest))
        }
        return [open, late, oldest]
    }

    private static func database(_ snapshot: FleetSnapshot) -> [MetricFamily] {
        guard let database = snapshot.database else { return [] }
        var isUp = MetricFamily("orderfleet_postgres_up", .gauge, "Whether Postgres answered.")
        guard case .success(let known) = database else {
            isUp.add([:], 0)
            return [isUp]
        }
        isUp.add([:], 1)
        var open = MetricFamily(
            "orderfleet_requests_in_flight", .gauge, "Orders that wait for a provider's answer.")
        var late = MetricFamily(
            "orderfleet_requests_unanswered", .gauge,
            "Of these, for longer than REQUEST_ALARM.")
        var oldest = MetricFamily(
            "orderfleet_requests_oldest_age_seconds", .gauge,
            "Age of the oldest request without an answer.")
        for flow in known.inFlight {
            open.add(["flow": flow.flow], flow.count)
            late.add(["flow": flow.flow], flow.late)
            oldest.add(
                ["flow": flow.flow],
                milliseconds: flow.oldest.map { max(0, snapshot.now - $0) } ?? 0)
        }
        var stopped = MetricFamily(
            "orderfleet_stopped_accounts", .gauge,
            "Accounts whose persistence waits for a person.")
        stopped.add([:], known.stoppedAccounts)
        return [isUp, open, late, oldest, stopped]
    }
}
