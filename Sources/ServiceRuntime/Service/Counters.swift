package import Shared
import Synchronization

/// What one process has done since it started; shared by its lanes, told by its heartbeat.
package final class Counters: OutcomeCounting, Sendable {
    private struct State: ~Copyable {
        var outcomes: [String: Int] = [:]
        var gauges: [String: Int] = [:]
        /// How often an alarm was logged, by its words.
        var alarms: [String: Int] = [:]
        var latency = Histogram()
        /// Sum of all latencies, ms.
        var latencySum: Int64 = 0
    }

    private let state = Mutex(State())
    private let log: Log

    package init(log: Log) { self.log = log }

    package func count(_ outcome: OutcomeClass, _ reason: String) {
        state.withLock { $0.outcomes[outcome.rawValue + ":" + reason, default: 0] += 1 }
    }

    package func applied(arrival: EntryID, at: Int64) {
        state.withLock {
            $0.outcomes[OutcomeClass.applied.rawValue, default: 0] += 1
            $0.latency.add(at - arrival.milliseconds)
            $0.latencySum += max(0, at - arrival.milliseconds)
        }
    }

    package func gauge(_ name: String, _ value: Int) { state.withLock { $0.gauges[name] = value } }

    package func transition(_ record: Record) {
        guard log.isEnabled(.info) else { return }
        log.write(
            .info, "transition",
            [
                "account": record.account.tag, "order_id": record.identity?.order.text ?? "-",
                "type": record.event["type"] ?? "-", "to_state": record.event["to_state"] ?? "-",
                "orders_version": String(record.number),
            ])
    }

    package func alarm(_ message: StaticString, _ values: KeyValuePairs<String, String>) {
        let words = "\(message)".split(separator: " ").joined(separator: "_")
        state.withLock { $0.alarms[Escape.text(words), default: 0] += 1 }
        log.write(.warning, message, values)
    }

    /// `outcome[:reason]=count …`, the histogram and its sum, and where there are any `gauge=value …`
    /// and `alarm=count …`, as a heartbeat carries them.
    package var fields: Fields {
        state.withLock { state in
            let outcomes = state.outcomes.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            var fields = Fields([
                .init("outcomes", outcomes), .init("latency", state.latency.text),
                .init("latency_sum_ms", String(state.latencySum)),
            ])
            for (name, numbers) in [("gauges", state.gauges), ("alarms", state.alarms)]
            where !numbers.isEmpty {
                let sorted = numbers.sorted { $0.key < $1.key }
                fields.append(
                    name, sorted.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
            }
            return fields
        }
    }
}

/// Counts by upper bound, so a percentile is an upper bound too.
package struct Histogram: Sendable, Equatable {
    /// Milliseconds; above the last everything falls into one more bucket.
    package static let bounds: [Int64] = [
        0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 2_000,
        5_000, 10_000, 30_000, 60_000,
    ]

    package private(set) var counts: [Int]

    package init() { counts = Array(repeating: 0, count: Histogram.bounds.count + 1) }

    package mutating func add(_ milliseconds: Int64) {
        let index = Histogram.bounds.firstIndex { milliseconds <= $0 } ?? Histogram.bounds.count
        counts[index] += 1
    }

    package mutating func merge(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    package mutating func subtract(_ other: Histogram) {
        for index in counts.indices { counts[index] -= other.counts[index] }
    }

    package var total: Int { counts.reduce(0, +) }

    /// The bound below which this share (0 … 1000 per mille) of all values lies; nil without
    /// values, and above the last bound `Int64.max`.
    package func percentile(perMille: Int) -> Int64? {
        guard total > 0 else { return nil }
        let rank = (total * perMille + 999) / 1_000
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen >= rank {
                return index < Histogram.bounds.count ? Histogram.bounds[index] : .max
            }
        }
        return .max
    }

    /// The counts, separated by commas.
    package var text: String { counts.map(String.init).joined(separator: ",") }

    package init?(_ text: String) {
        let counts = text.split(separator: ",").compactMap { Int($0) }
        guard counts.count == Histogram.bounds.count + 1 else { return nil }
        self.counts = counts
    }
}
