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

    private var standings: [AccountID: WriterStore.Standing]
    private var parked: Set<AccountID>
    /// Tokens of numbers that Postgres holds already.
    var known: [WriterStore.AccountNumber: String] = [:]

    init(standings: [AccountID: WriterStore.Standing], parked: Set<AccountID>) {
        self.standings = standings
        self.parked = parked
    }

    /// Whether the event's number is one that Postgres should hold already.
    func isBehind(_ event: EventRow) -> Bool {
        standings[event.account].map { event.number <= $0.number } ?? false
    }

    mutating func judge(_ event: EventRow) -> Verdict {
        guard !parked.contains(event.account) else { return .parked }
        let last = standings[event.account]?.number ?? 0
        if event.number == last + 1 {
            standings[event.account] = WriterStore.Standing(
                number: event.number, token: event.token)
            known[.init(account: event.account, number: event.number)] = event.token
            return .new
        }
        guard event.number <= last else {
            parked.insert(event.account)
            return .gap(expected: last + 1)
        }
        let other = known[.init(account: event.account, number: event.number)]
        if other == event.token { return .repeated }
        parked.insert(event.account)
        return .fork(other: other ?? "nothing")
    }
}
