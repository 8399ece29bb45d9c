import PostgresDriver
import ServiceRuntime
import Shared

/// The dead letters of a fixture: which there are, and their way back.
struct FixtureLetters {
    private let context: Context
    private let desk: LetterDesk
    /// Those that were there before it began.
    private let before: Set<String>
    private static let actor = DeadLetterArchive.Actor(name: "fleet replay", note: nil)

    init(_ context: Context) throws {
        self.context = context
        desk = try LetterDesk(context)
        before = Set(try desk.letters().map(\.name))
    }

    /// Those of an account that died of a reason since the fixture began.
    func of(_ account: AccountID, _ reason: DeadReason) throws -> [DeadLetter] {
        let letters = try desk.letters().filter {
            !before.contains($0.name) && $0.account == account && $0.reason == reason
        }
        guard !letters.isEmpty else {
            throw Failure("\(account) has no dead letter '\(reason.rawValue)'")
        }
        return letters
    }

    /// Brings them back, as `fleet dead redrive` does; one that stays is an error.
    func redrive(_ letters: [DeadLetter]) throws {
        let redrive = Redrive(desk, context)
        let plan = RedrivePlan(
            letters, among: letters, named: Set(letters.map(\.name)),
            try redrive.standing(for: letters))
        for outcome in try redrive.run(plan, by: Self.actor) where !outcome.isDone {
            throw Failure("dead letter \(outcome.step.letter.name) \(outcome.text)")
        }
    }

    /// What differs from exactly those dead letters, by name.
    func differences(_ foretold: Set<String>) throws -> [FixtureDifference] {
        let found = try desk.letters().filter { !before.contains($0.name) }
        var wrong: [FixtureDifference] = []
        for letter in found where !foretold.contains(letter.name) {
            wrong.append(
                FixtureDifference(
                    expected: "no other dead letter",
                    found: "\(letter.name) \(letter.reasonText)"))
        }
        for name in foretold.subtracting(found.map(\.name)).sorted() {
            wrong.append(FixtureDifference(expected: "dead letter \(name)", found: "absent"))
        }
        return wrong
    }
}
