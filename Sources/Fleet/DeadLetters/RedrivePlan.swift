import ServiceRuntime
import Shared

/// What a redrive does with each letter, in the order in which it does it. Pure.
struct RedrivePlan: Sendable, Equatable {
    /// What must be known of the world besides the letters.
    struct Standing: Sendable {
        /// Why accounts are parked.
        var parked: [AccountID: String] = [:]
        /// Dead marks of orders.
        var marks: [OrderKey: NamedList] = [:]
        /// Orders that are there whole.
        var kept: Set<OrderKey> = []
        /// Orders that are not, and why Postgres cannot bring them back either.
        var lost: [OrderKey: String] = [:]
    }

    enum Fate: Sendable, Equatable {
        /// Back into its queue, after what it needs.
        case queue(Needs)
        /// Its event is shown to the projection again: an event stays in its stream.
        case project
        /// It stays, and why.
        case stays(String)
    }

    struct Needs: OptionSet, Sendable, Hashable {
        let rawValue: Int
        /// The account trades again first.
        static let unpark = Needs(rawValue: 1)
        /// The order is restored from Postgres first.
        static let restore = Needs(rawValue: 2)
        /// The event's mark is lifted.
        static let lift = Needs(rawValue: 4)
        /// Nothing but the word of a person: its provider may get it a second time.
        static let resend = Needs(rawValue: 8)
    }

    struct Step: Sendable, Equatable {
        let letter: DeadLetter
        let fate: Fate
        /// Whether it was not asked for and returns with another one.
        let follows: Bool
    }

    let steps: [Step]

    /// - Parameters:
    ///   - chosen: what was asked for.
    ///   - all: every letter that there is, of which some return with those.
    ///   - named: the names of those that were asked for outright.
    init(
        _ chosen: [DeadLetter], among all: [DeadLetter], named: Set<String> = [],
        _ standing: Standing
    ) {
        let followers = Self.followers(of: chosen, among: all)
        let letters = chosen + followers
        let returning = Set(letters.compactMap(\.event))
        let publishing = Set(letters.filter { $0.reason == .unpublished }.compactMap(\.account))
        let following = Set(followers.map(\.name))
        steps = letters.map { letter in
            let fate = Self.fate(
                of: letter, named: named, returning: returning, publishing: publishing,
                standing)
            return Step(letter: letter, fate: fate, follows: following.contains(letter.name))
        }.sorted {
            let (left, right) = ($0.letter, $1.letter)
            return (left.arrival, left.entry.id) < (right.arrival, right.entry.id)
        }
    }

    /// Letters that wait for one that was chosen: later events of its order, and what came for its
    /// account while that was parked over it.
    static func followers(of chosen: [DeadLetter], among all: [DeadLetter]) -> [DeadLetter] {
        let names = Set(chosen.map(\.name))
        let orders = Set(chosen.filter { $0.reason?.isFailure == true }.compactMap(\.key))
        let accounts = Set(chosen.filter { $0.reason == .unpublished }.compactMap(\.account))
        return all.filter { letter in
            guard !names.contains(letter.name) else { return false }
            let waitsForOrder = letter.reason == .parked
            let waitsForAccount = letter.reason == .accountParked
            return waitsForOrder && letter.key.map(orders.contains) == true
                || waitsForAccount && letter.account.map(accounts.contains) == true
        }
    }

    private static func fate(
        of letter: DeadLetter, named: Set<String>, returning: Set<EventID>,
        publishing: Set<AccountID>, _ standing: Standing
    ) -> Fate {
        if case .events = letter.lane.source {
            return letter.lane.group == .projection
                ? .project
                : .stays("an event is not queued again; its account's persistence waits for it")
        }
        var needs: Needs = []
        if let account = letter.account, let reason = standing.parked[account] {
            guard reason == DeadReason.unpublished.rawValue, publishing.contains(account) else {
                return .stays("account \(account) is parked: \(reason)")
            }
            needs.insert(.unpark)
        }
        guard let key = letter.key else { return .queue(needs) }
        if letter.reason == .parked,
            let leader = leader(in: standing.marks[key] ?? NamedList(), besides: returning)
        {
            return .stays("waits for \(leader), which died before it: redrive that")
        }
        if letter.reason == .inDoubt, case .queue(.provider) = letter.lane.source {
            guard named.contains(letter.name) else {
                return .stays(
                    "it may have been sent: ask the provider, then 'fleet order resolve', or name "
                        + "it to send it again")
            }
            return .queue(needs.union(.resend))
        }
        if letter.reason == .lateFill, !standing.kept.contains(key) {
            if let why = standing.lost[key] { return .stays(why) }
            needs.insert(.restore)
        }
        if letter.event != nil { needs.insert(.lift) }
        return .queue(needs)
    }

    /// An event of the order that died of failure and does not return.
    private static func leader(in marks: NamedList, besides returning: Set<EventID>) -> String? {
        marks.entries.first { mark in
            DeadReason(rawValue: String(mark.value))?.isFailure == true
                && !returning.contains(EventID(text: String(mark.name)))
        }.map { String($0.name) }
    }
}

extension RedrivePlan.Fate {
    /// As people read it.
    func text(in lane: LaneID) -> String {
        switch self {
        case .stays(let why): return "stays: " + why
        case .project: return "shown to the projection again"
        case .queue(let needs):
            var steps: [String] = []
            if needs.contains(.unpark) { steps.append("account trades again") }
            if needs.contains(.restore) { steps.append("order restored from Postgres") }
            if needs.contains(.resend) { steps.append("sent, maybe a second time") }
            if needs.contains(.lift) { steps.append("mark lifted") }
            return (steps + ["back into \(lane.queueName):\(lane.partition)"])
                .joined(separator: ", ")
        }
    }
}
