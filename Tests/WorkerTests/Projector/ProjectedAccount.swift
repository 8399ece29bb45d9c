import ServiceRuntime
import Shared
import TestSupport

/// An account whose steps give the events that the projector reads.
struct ProjectedAccount {
    private var account: Account
    private var random: UInt64 = 0
    private var entries: Int64 = 0

    init(_ id: AccountID) {
        account = Account(
            id: id, portfolio: nil, config: nil, book: Book(), orders: [:], answers: [:])
    }

    var id: AccountID { account.id }

    mutating func create() throws -> Entry {
        try step(
            Transition(
                .accountCreated, EventID(text: "request/c"), ledger: [LedgerEntry(.deposit, 100)],
                config: Samples.config))
    }

    /// Brings an order into a state, placing it first where it is new.
    mutating func move(
        _ number: Int64, to state: OrderState, symbol: String = "XAUUSD", ids: [LifecycleID] = []
    ) throws -> Entry {
        let id = OrderID(number: number)
        var order = try Samples.order(number, of: account.id, symbol: symbol)
        if case .kept(let kept)? = account.orders[id] { order = kept }
        order.state = state
        for id in ids { order.ids.set(id.text, "close") }
        return try step(
            Transition(
                state == .queued ? .orderPlaced : .orderOpenConfirmed,
                EventID(text: "\(number)/\(random)"), order: order))
    }

    private mutating func step(_ transition: Transition) throws -> Entry {
        random += 1
        let (next, record) = try account.applying(
            transition, at: Prices(), random: random, now: 1_760_000_000_000)
        account = next
        entries += 1
        return Entry(
            id: EntryID(milliseconds: entries, sequence: Int64(account.id.userID) ?? 0),
            fields: EventEntry.fields(of: record.event))
    }
}

/// Remembers what it was told to project; refuses some.
final class RecordingProjection: ProjectionStore {
    private(set) var changes: [ProjectedOrder] = []
    var refused: Set<AccountID> = []

    func project(_ changes: [ProjectedOrder]) -> [Result<Void, StoreError>] {
        self.changes += changes
        return changes.map { change in
            refused.contains(change.key.account)
                ? .failure(.unavailable(operation: "project", detail: "away")) : .success(())
        }
    }
}
