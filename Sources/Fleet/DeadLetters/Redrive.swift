import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// Brings dead letters back, one after the other, in the order of their arrival. Each step is harmless
/// when repeated, and a letter leaves the list as its message enters the queue: whoever is interrupted
/// does the same again.
struct Redrive {
    private let store: RedisDeadLetterStore
    private let context: Context

    /// What became of one letter.
    struct Outcome {
        let step: RedrivePlan.Step
        let isDone: Bool
        let text: String
    }

    init(_ desk: LetterDesk, _ context: Context) {
        store = desk.store
        self.context = context
    }

    /// What the plan needs to know.
    func standing(for letters: [DeadLetter]) throws -> RedrivePlan.Standing {
        let accounts = Array(Set(letters.compactMap(\.account)))
        let orders = Array(
            Set(letters.filter { [.parked, .lateFill].contains($0.reason) }.compactMap(\.key)))
        var standing = RedrivePlan.Standing(
            parked: try store.parked(accounts), marks: try store.marks(of: orders),
            kept: try store.kept(orders))
        let restore = OrderRestore(context, store)
        for key in Set(letters.filter { $0.reason == .lateFill }.compactMap(\.key))
        where !standing.kept.contains(key) && standing.parked[key.account] == nil {
            standing.lost[key] = try restore.obstacle(to: key)
        }
        return standing
    }

    /// Does what was planned. Letters of an order or account behind one that could not return stay, so
    /// that their order is kept.
    func run(_ plan: RedrivePlan, by actor: DeadLetterArchive.Actor) throws -> [Outcome] {
        let open = plan.steps.filter(\.returns)
        let claimed = try LetterClaim.claim(
            open.map(\.letter), .redriven, by: actor, try context.database())
        var stuck: Set<AccountID> = []
        var outcomes: [Outcome] = []
        for step in plan.steps {
            let outcome: Outcome
            if let account = step.letter.account, stuck.contains(account) {
                outcome = stays(step, "one of its account before it could not return")
            } else if case .stays = step.fate {
                outcome = Outcome(
                    step: step, isDone: false, text: step.fate.text(in: step.letter.lane))
            } else if !claimed.contains(step.letter.name) {
                outcome = stays(step, "somebody else acts on it; again in a minute")
            } else {
                outcome = try bringBack(step)
                if !outcome.isDone, let account = step.letter.account { stuck.insert(account) }
            }
            outcomes.append(outcome)
        }
        return outcomes
    }

    private func stays(_ step: RedrivePlan.Step, _ why: String) -> Outcome {
        Outcome(step: step, isDone: false, text: "stays: " + why)
    }

    private func bringBack(_ step: RedrivePlan.Step) throws -> Outcome {
        let letter = step.letter
        switch step.fate {
        case .stays: break
        case .project:
            if let why = try project(letter) { return stays(step, why) }
        case .queue(let needs):
            if needs.contains(.unpark), let account = letter.account { try unpark(account) }
            if needs.contains(.restore), let key = letter.key,
                let why = try OrderRestore(context, store).restore(key)
            {
                return stays(step, why)
            }
            // The mark goes first: a message that comes before that would only die again. Dying here
            // leaves an unmarked event, which comes as any other when its letter returns.
            if needs.contains(.lift), let event = letter.event, let key = letter.key {
                try store.remark(event, of: key, as: nil, entry: letter.queued)
            }
            guard try store.redrive(letter) else { return stays(step, "it is gone") }
        }
        return Outcome(step: step, isDone: true, text: step.fate.text(in: letter.lane))
    }

    private func unpark(_ account: AccountID) throws {
        let partition = account.partition(of: try context.topology().partitions)
        _ = try store.unpark(
            account, parkedFor: DeadReason.unpublished.rawValue, partition: partition,
            else: OrdersToken(
                event: EventID(text: "unparked"), random: .random(in: .min ... .max)))
    }

    /// Nil where it was done, else why not.
    private func project(_ letter: DeadLetter) throws -> String? {
        let change: ProjectedOrder?
        do {
            change = try ProjectedOrder(letter.message)
        } catch {
            return "\(error)"
        }
        if let change {
            let projection = RedisStores(
                try context.redis().address, partitions: try context.topology().partitions
            ).projection
            for result in projection.project([change]) { try result.get() }
        }
        return try store.remove(letter) ? nil : "it is gone"
    }
}

/// Who acts on letters notes it first, in the archive.
enum LetterClaim {
    private static let page = 500

    /// The names of those that are the caller's to act on.
    static func claim(
        _ letters: [DeadLetter], _ action: DeadLetterArchive.Action,
        by actor: DeadLetterArchive.Actor, _ database: PostgresConnection
    ) throws -> Set<String> {
        let archive = DeadLetterArchive(database)
        var names: Set<String> = []
        for start in stride(from: 0, to: letters.count, by: page) {
            let some = Array(letters[start..<min(start + page, letters.count)])
            names.formUnion(try archive.claim(some, action, by: actor))
        }
        return names
    }
}
