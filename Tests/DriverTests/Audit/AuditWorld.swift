import Audit
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

/// Four accounts that have traded, in Redis, the events and Postgres, as the fleet leaves them: each
/// with a queued order, two positions and a closed order.
final class AuditWorld {
    let base: PersistenceWorld
    let accounts: [AccountID]
    private var random: UInt64 = 0

    /// The account that tests corrupt, and its orders: queued, two positions, closed.
    var account: AccountID { accounts[0] }
    let queued = OrderID(number: 1_001)
    let position = OrderID(number: 1_002)
    let gold = OrderID(number: 1_003)
    let closed = OrderID(number: 1_004)

    init() throws {
        base = try PersistenceWorld(partitions: 2)
        accounts = try UserType.allCases.enumerated().map {
            try AccountID($0.element, "\($0.offset + 1)")
        }
        for (index, account) in accounts.enumerated() {
            let first = Int64(index + 1) * 1_000
            try perform(account, Steps.created)
            for number in first + 1...first + 4 {
                let symbol = number == first + 3 ? "XAUUSD" : "EURUSD"
                try perform(account) { try Steps.placed(number, $0, symbol: symbol) }
                guard number > first + 1 else { continue }
                try perform(account, orders: [number]) { try Steps.opened(number, $0) }
            }
            try perform(account, orders: [first + 4]) { try Steps.closed(first + 4, $0) }
        }
        try persist()
    }

    /// Loads, decides, applies and publishes one step.
    func perform(
        _ account: AccountID, orders: [Int64] = [], publishing: Bool = true,
        _ decide: (Account) throws -> Transition
    ) throws {
        let stores = base.stores
        let request = LoadRequest(
            account: account, orders: orders.map { OrderID(number: $0) })
        let loaded = try stores.accounts.load([request])[0].get()
        let transition = try decide(loaded.account)
        random += 1
        let (next, record) = try loaded.account.applying(
            transition, at: Steps.prices, random: random, now: loaded.now)
        let events = transition.order.map { [$0.id: [transition.eventID]] } ?? [:]
        let write = try AccountWrite(
            from: loaded, to: next, records: [record], events: events,
            answers: [transition.answer].compactMap { $0 },
            retention: AccountWrite.Retention(order: 600_000))
        guard case .applied = try stores.accounts.apply([write])[0].get() else {
            throw Unexpected("conflict")
        }
        guard publishing else { return }
        for result in stores.accounts.publishLookups([record]) { try result.get() }
        try base.emit([record])
        _ = try stores.accounts.unbox([[record]])[0].get()
    }

    func persist() throws {
        for partition in 0..<base.partitions { try base.writer(partition: partition).work() }
    }

    func reconcile() throws -> AuditReport {
        try Reconciliation(
            redis: base.redis.address, postgres: try connect(base.url),
            partitions: base.partitions, rest: .milliseconds(1)
        ).run()
    }

    func sql(_ text: String) throws { try base.postgres.run(script: text) }

    /// The lane in which the account's events lie.
    var lane: LaneID { LaneID(events: account.partition(of: base.partitions), .persistence) }

    /// The fields of the account's events in the stream, with their entries.
    func events() throws -> [(id: String, fields: Fields)] {
        try (base.ask("XRANGE", lane.stream, "-", "+").elements ?? []).compactMap { entry in
            let texts = (entry.elements?[1].elements ?? []).map { $0.string ?? "?" }
            let fields = Fields(
                stride(from: 0, to: texts.count, by: 2).map { .init(texts[$0], texts[$0 + 1]) })
            guard fields["user_id"] == account.userID else { return nil }
            return (entry.elements?[0].string ?? "?", fields)
        }
    }
}
