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
        try expectKept(fleet, letters: Int64(evidence.letters.count))
        for type in UserType.allCases { #expect(summary.owners[type, default: 0] > 0, "\(type)") }
        // Of fewer lives not every kind must be among them.
        if lives >= 1_000 { expectVariety(summary) }
    }

    /// Postgres keeps every dead letter, and each order as its last event left it.
    private func expectKept(_ fleet: FleetUnderTest, letters: Int64) throws {
        let areKept = eventually(within: .seconds(20)) {
            (try? fleet.number("SELECT count(*) AS n FROM dead_letters")) == letters
        }
        let kept = try fleet.number("SELECT count(*) AS n FROM dead_letters")
        #expect(areKept, "\(kept) dead letters are archived, \(letters) lie in their lanes")
        let odd = try fleet.number(
            """
            SELECT count(*) AS n FROM orders o
                LEFT JOIN order_events e USING (order_id, order_version)
            WHERE e.to_state IS DISTINCT FROM o.state OR EXISTS (
                SELECT FROM order_events later
                WHERE later.order_id = o.order_id AND later.order_version > o.order_version)
            """)
        #expect(odd == 0, "orders that do not stand where their last event left them")
    }

    private func expectVariety(_ summary: LivesSummary) {
        for misdeed in [ProviderOrder.Misdeed.contradicted, .filledTwice, .spokeOfOrder] {
            #expect(summary.misdeeds[misdeed, default: 0] > 0, "\(misdeed)")
        }
        for end in ["closed", "cancelled", "open", "pending", "rejected"] {
            #expect(summary.ends["provider \(end)", default: 0] > 0, "\(end)")
        }
        for reason in [DeadReason.partialFill, .secondFill] {
            #expect(summary.letters[reason.rawValue, default: 0] > 0, "\(reason)")
        }
    }
}
