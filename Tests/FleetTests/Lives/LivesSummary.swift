import Lives
import Shared

/// How many orders ended how, and what died.
struct LivesSummary: CustomStringConvertible {
    /// By flow and end: `house closed`.
    private(set) var ends: [String: Int] = [:]
    private(set) var orders = 0
    /// Orders of each type of account.
    private(set) var owners: [UserType: Int] = [:]
    private(set) var letters: [String: Int] = [:]
    private(set) var misdeeds: [ProviderOrder.Misdeed: Int] = [:]
    private let refusals: [String: Int]
    private let steps: Int
    private let commands: Int
    private let reports: Int
    private let seed: UInt64
    private let elapsed: Duration

    init(
        _ evidence: Evidence, seed: UInt64, reports: Int, refusals: [String: Int],
        elapsed: Duration
    ) {
        self.seed = seed
        self.reports = reports
        // Without the bound that a refusal names.
        self.refusals = Dictionary(
            refusals.map { (String($0.key.prefix { $0 != ":" }), $0.value) }, uniquingKeysWith: +)
        self.elapsed = elapsed
        commands = evidence.submitted.count
        steps = evidence.events.values.reduce(0) { $0 + $1.count }
        for account in evidence.accounts {
            for (id, events) in evidence.orders(account) {
                let flow = evidence.provider.orders[id] == nil ? "house" : "provider"
                ends["\(flow) \(events.last?["to_state"] ?? "")", default: 0] += 1
                owners[account.userType, default: 0] += 1
                orders += 1
            }
        }
        for letter in evidence.letters {
            letters[letter.reason?.rawValue ?? "unknown", default: 0] += 1
        }
        for misdeed in evidence.provider.orders.values.flatMap(\.misdeeds) {
            misdeeds[misdeed, default: 0] += 1
        }
    }

    var description: String {
        let seconds = elapsed.components.seconds
        return """
            \(orders) order lives, seed \(seed), \(seconds) s: \
            \(commands) commands, \(reports) reports, \(steps) events
              ends: \(list(ends))
              accounts: \(list(owners.map { ($0.key.rawValue, $0.value) }))
              misdeeds: \(list(misdeeds.map { ($0.key.rawValue, $0.value) }))
              dead letters: \(list(letters))
              placements refused: \(list(refusals))
            """
    }

    private func list(_ counts: some Sequence<(key: String, value: Int)>) -> String {
        list(counts.map { ($0.key, $0.value) })
    }

    private func list(_ counts: [(String, Int)]) -> String {
        counts.sorted { $0 < $1 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
