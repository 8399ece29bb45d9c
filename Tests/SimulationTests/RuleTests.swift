import Glibc
import TestSupport
import Testing

/// Takes the rules of architecture §3 out, one by one. `SIM_RULES=100` counts how many of a hundred
/// seeds fail without each and prints the table of `docs/simulation.md`.
@Suite("Rules taken out") struct RuleTests {
    private static let counted = getenv("SIM_RULES").flatMap { UInt64(String(cString: $0)) }

    /// Rules that another one backs: nothing is lost without one of them alone. What backs them is taken
    /// out with them in `together`, but for the token and the look at applied events, which are needed.
    private static let backed: [Rule: String] = [
        .leaseAtFetch: "backed by the lease at settle and the account's token",
        .leaseAtSettle: "backed by the lease at fetch and the account's token",
        .acknowledgedOnce: "backed by the lease at settle",
        .orderVersion: "backed by the token",
        .appliedAtApply: "backed by the token",
        .named: "backed by the applied events, which the dispatcher looks at too",
    ]

    private static let together: [Set<Rule>] = [
        [.leaseAtSettle, .acknowledgedOnce], [.leaseAtFetch, .leaseAtSettle, .acknowledgedOnce],
        [.token, .orderVersion], [.deadMark, .age],
    ]

    private static let all = Rule.allCases.map { Set([$0]) } + together
    private static let needed = all.filter { $0.isDisjoint(with: backed.keys) || $0.count > 1 }

    private static func name(_ rules: Set<Rule>) -> String {
        rules.map(\.rawValue).sorted().joined(separator: ", and ")
    }

    @Test("seeds fail without", .enabled(if: counted == nil), arguments: needed)
    func failsWithout(rules: Set<Rule>) throws {
        let fails = try (UInt64(0)..<200).contains { seed in
            try !Simulation(seed: seed, without: rules).run().isEmpty
        }
        #expect(fails, "no seed of 200 fails without \(Self.name(rules))")
    }

    @Test("the table", .enabled(if: counted != nil))
    func table() throws {
        let seeds = Self.counted ?? 0
        print("| taken out | seeds of \(seeds) that fail | the first failure, or what backs it |")
        print("|---|---|---|")
        for rules in Self.all {
            var failed = 0
            var first = rules.count > 1 ? "" : rules.compactMap { Self.backed[$0] }.joined()
            for seed in 0..<seeds {
                let found = try Simulation(seed: seed, without: rules).run()
                guard let failure = found.first else { continue }
                failed += 1
                guard failed == 1 else { continue }
                let kind = failure.split(separator: " [", maxSplits: 1).first ?? ""
                first = "\(kind.prefix(90)) (seed \(seed))"
            }
            print("| \(Self.name(rules)) | \(failed) | \(first) |")
            fflush(nil)
        }
    }
}
