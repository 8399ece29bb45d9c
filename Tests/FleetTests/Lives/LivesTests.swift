import Glibc
import Lives
import Shared
import TestSupport
import Testing

/// Random order lives through the whole fleet, with a provider that rejects, cancels unasked, fills late,
/// after a cancel and twice, repeats and reorders. `ORDERFLEET_LIVES=10000` lives so many,
/// `ORDERFLEET_LIVES_SEED` draws others.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct LivesTests {
    private static func setting(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    @Test(.timeLimit(.minutes(14)))
    func `every order ends where the table says, and what is dead deserved it`() throws {
        let lives = Int(Self.setting("ORDERFLEET_LIVES") ?? 1_000)
        let fleet = try FleetUnderTest(trading: .wandering)
        defer { fleet.end() }
        let run = try LivesRun(
            fleet, lives: lives, seed: Self.setting("ORDERFLEET_LIVES_SEED") ?? 1)
        try run.play()
        let evidence = try run.evidence()
        let summary = run.summary(evidence)
        print(summary)
        let found = Checks(evidence).violations()
        let first = found.prefix(20).joined(separator: "\n")
        #expect(found.isEmpty, "\(found.count) violations:\n\(first)")
        #expect(summary.orders == lives)
        let sent = try fleet.appended(to: .provider(.house))
        let remembered = try fleet.remembered(by: .house)
        #expect(sent == remembered, "messages to the house, once each")
        try fleet.expectClean(deadLetters: Int64(evidence.letters.count))
        for type in UserType.allCases { #expect(summary.owners[type, default: 0] > 0, "\(type)") }
        for misdeed in ProviderOrder.Misdeed.allCases {
            #expect(summary.misdeeds[misdeed, default: 0] > 0, "\(misdeed)")
        }
        for end in ["closed", "cancelled", "open", "pending", "rejected"] {
            #expect(summary.ends["provider \(end)", default: 0] > 0, "\(end)")
        }
    }
}
