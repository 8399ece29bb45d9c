package import ServiceRuntime
package import Shared

/// Counts what a loop tells of its work.
package final class Tally: OutcomeCounting {
    package private(set) var counts: [String: Int] = [:]
    private var totals: [String: Int] = [:]
    package private(set) var alarms: [String] = []
    /// Decisions that met another one's, in all.
    package private(set) var conflicts = 0

    package init() {}

    package func count(_ outcome: OutcomeClass, _ reason: String) {
        counts["\(outcome.rawValue) \(reason)", default: 0] += 1
        totals["\(outcome.rawValue) \(reason)", default: 0] += 1
        if outcome == .conflict { conflicts += 1 }
    }

    package func applied(arrival: EntryID, at: Int64) { counts["applied", default: 0] += 1 }

    package func transition(_ record: Record) {}

    package func alarm(_ message: StaticString, _ values: KeyValuePairs<String, String>) {
        alarms.append("\(message)")
    }

    /// How often an outcome was counted in all.
    package func total(_ outcome: String) -> Int { totals[outcome] ?? 0 }

    /// What was counted since the last time, `applied 2, ignored duplicate 1`.
    @discardableResult
    package func take() -> String {
        defer { counts = [:] }
        return counts.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
