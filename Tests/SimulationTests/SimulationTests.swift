import Glibc
import Lives
import TestSupport
import Testing

/// Ring 2. `SIM_SEED=7` runs one seed and prints its story; `SIM_SEEDS=10000` runs more of them, from
/// `SIM_FIRST=5000` on, a multiple of fifty.
@Suite("Simulation") struct SimulationTests {
    private static func setting(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    /// Seeds of one test case.
    private static let portion: UInt64 = 50
    private static let first = (setting("SIM_FIRST") ?? 0) / portion
    private static let portions = first..<first + (setting("SIM_SEEDS") ?? 2_000) / portion

    @Test("whatever dies, sleeps or repeats, all invariants hold", arguments: portions)
    func seeds(portion: UInt64) throws {
        guard Self.setting("SIM_SEED") == nil else { return }
        for seed in portion * Self.portion..<(portion + 1) * Self.portion {
            let found = try Simulation(seed: seed).run()
            #expect(found.isEmpty, "SIM_SEED=\(seed) runs it again")
        }
    }

    @Test("seeds that found something", arguments: [86_869] as [UInt64])
    func found(seed: UInt64) throws {
        #expect(try Simulation(seed: seed).run().isEmpty, "SIM_SEED=\(seed) runs it again")
    }

    @Test("one seed with its story", .enabled(if: setting("SIM_SEED") != nil))
    func oneSeed() throws {
        let simulation = try Simulation(seed: Self.setting("SIM_SEED") ?? 0, traced: true)
        let found = simulation.run()
        print(simulation.trace.lines.joined(separator: "\n"))
        print(simulation.story.joined(separator: "\n"))
        for letter in Letters(simulation.world, simulation.lanes).all { print(letter) }
        print("\(simulation.calls) calls, \(simulation.messages) messages,", simulation.chaos)
        #expect(found.isEmpty)
    }

    @Test("a seed runs the same way each time")
    func sameAgain() throws {
        for seed in UInt64(0)..<3 {
            let first = try Simulation(seed: seed)
            let second = try Simulation(seed: seed)
            #expect(first.run() == second.run())
            #expect(first.trace.digest == second.trace.digest && first.calls == second.calls)
        }
    }
}
