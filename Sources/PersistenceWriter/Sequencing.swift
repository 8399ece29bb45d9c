import PostgresDriver
import Shared

/// Judges events against where each account stands: next, repeated, behind a gap, or a fork. Pure.
struct Sequencing {
    enum Verdict: Equatable {
        case new
        case repeated
        case gap(expected: Int64)
        /// Another token stands under this number.
        case fork(other: String)
        /// The account's persistence has stopped: the record waits behind the others.
        case parked
    }

    /// The last number and token of an account; missing accounts have none.
    struct Standing: Equatable {
        let number: Int64
        let token: String
    }

    private var standings: [AccountID: Standing]
    private var parked: Set<AccountID>
    private let gapsStop: Bool
    /// Tokens of steps that Postgres holds already.
    var known: [AccountStep: String] = [:]

    /// - Parameter gapsStop: whether all that follows a gap in its account is `parked`; else the
    ///   missing event may follow it.
    init(standings: [AccountID: Standing], parked: Set<AccountID>, gapsStop: Bool = true) {
        self.standings = standings
        self.parked = parked
        self.gapsStop = gapsStop
    }

    /// Whether the event's step is one that Postgres should hold already.
    func isBehind(_ event: EventRow) -> Bool {
        standings[event.account].map { event.number <= $0.number } ?? false
    }

    /// Judges the next event, each account's in the order in which they are to be written. After
    /// a fork all that follows of the account is `parked`.
    mutating func judge(_ event: EventRow) -> Verdict {
        guard !parked.contains(event.account) else { return .parked }
        let step = AccountStep(account: event.account, number: event.number)
        let last = standings[event.account]?.number ?? 0
        if event.number == last + 1 {
            standings[event.account] = Standing(number: event.number, token: event.token)
            known[step] = event.token
            return .new
        }
        guard event.number <= last else {
            if gapsStop { parked.insert(event.account) }
            return .gap(expected: last + 1)
        }
        if known[step] == event.token { return .repeated }
        parked.insert(event.account)
        return .fork(other: known[step] ?? "nothing")
    }
}
