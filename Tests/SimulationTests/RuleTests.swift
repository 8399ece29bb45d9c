import Glibc
import TestSupport
import Testing

/// Takes the rules of architecture §3 out, one by one. `SIM_RULES=100` counts how many of a hundred
/// seeds fail without each and prints the table of `docs/simulation.md`.
@Suite("Rules taken out") struct RuleTests {
    private static let counted = getenv("SIM_RULES").flatMap { UInt64(String(cString: $0)) }

    /// Rules that another one backs: nothing is lost without one of them alone. The token backs
    /// `appliedAtApply`, the dispatcher's look at applied events `named`; the others stand in
    /// `together` with what backs them.
    private static let backed: Set<Rule> = [
        .leaseAtFetch, .leaseAtSettle, .acknowledgedOnce, .orderVersion, .deadMark,
        .appliedAtApply, .named,
    ]

    private static let together: [Set<Rule>] = [
        [.leaseAtSettle, .acknowledgedOnce], [.leaseAtFetch, .leaseAtSettle, .acknowledgedOnce],
        [.token, .orderVersion], [.deadMark, .age],
    ]

    private static let all = Rule.allCases.map { Set([$0]) } + together
    private static let needed = all.filter { $0.isDisjoint(with: backed) || $0.count > 1 }

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
        print("| taken out | seeds of \(seeds) that fail | the first failure |\n|---|---|---|")
        for rules in Self.all {
            var failed = 0
            var first = ""
            for seed in 0..<seeds {
                let found = try Simulation(seed: seed, without: rules).run()
                guard !found.isEmpty else { continue }
                failed += 1
                if first.isEmpty { first = "\(found[0].prefix(90)) (seed \(seed))" }
            }
            print("| \(Self.name(rules)) | \(failed) | \(first) |")
            fflush(nil)
        }
    }
}
