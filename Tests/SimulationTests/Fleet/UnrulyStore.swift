import ServiceRuntime
import Shared
import TestSupport

/// The stores of a loop that leaves a rule of its own out: it does the calls in another order, or
/// does not see what it should.
final class UnrulyStore {
    private let base: GatedStore
    private let world: MemoryWorld
    private var postponed: [Record] = []

    init(_ base: GatedStore, _ world: MemoryWorld) {
        self.base = base
        self.world = world
    }

    private func keeps(_ rule: Rule) -> Bool { !world.without.contains(rule) }

    private func blinded(_ loaded: LoadedAccount) -> LoadedAccount {
        var account = loaded.account
        if !keeps(.appliedAtDecision) {
            account.answers = [:]
            account.orders = account.orders.mapValues { stored in
                guard case .kept(var order) = stored else { return stored }
                order.applied = NamedList()
                return .kept(order)
            }
        }
        return LoadedAccount(
            account: account, orderFields: loaded.orderFields, marginFields: loaded.marginFields,
            outbox: keeps(.foreignOutbox) ? loaded.outbox : [], now: loaded.now)
    }

    /// Notes the events of a chain as applied, before anything is.
    private func note(_ write: AccountWrite) {
        for check in write.checks where !world[hash: check.key].isEmpty {
            var applied = NamedList(text: world[hash: check.key]["applied"] ?? "")
            for event in check.events { applied.set(event.text, "0") }
            world.set(check.key, Fields(["applied": applied.text]))
        }
    }

    private func records(in write: AccountWrite) -> [Record] {
        write.writes.flatMap { change -> [Record] in
            guard case .set(let key, let fields) = change, key == write.account.outbox else {
                return []
            }
            return fields.list.compactMap { try? Record(boxed: $0.value) }
        }
    }
}

extension UnrulyStore: AccountStore {
    func load(_ requests: [LoadRequest]) -> [Result<LoadedAccount, StoreError>] {
        base.load(requests).map { $0.map(blinded) }
    }

    func apply(_ writes: [AccountWrite]) -> [Result<ApplyReply, StoreError>] {
        if !keeps(.notedWithChange) { writes.forEach(note) }
        if !keeps(.applyFirst) {
            let records = writes.flatMap(records)
            _ = base.publishLookups(records)
            _ = base.publishSends(records)
        }
        return base.apply(writes)
    }

    func publishLookups(_ records: [Record]) -> [Result<Void, StoreError>] {
        guard keeps(.lookupsFirst) else {
            postponed += records
            return records.map { _ in .success(()) }
        }
        return base.publishLookups(records)
    }

    func publishSends(_ records: [Record]) -> [Result<Void, StoreError>] {
        let results = base.publishSends(records)
        guard !keeps(.lookupsFirst) else { return results }
        defer { postponed = [] }
        let late = base.publishLookups(postponed)
        return late.contains { if case .failure = $0 { true } else { false } }
            ? records.map { _ in .failure(.unavailable(operation: "lookups", detail: "late")) }
            : results
    }

    func publishEvents(
        _ records: [Record], partition: Int
    ) throws(StoreError) -> [EmitReply] {
        if !keeps(.unboxLast) {
            let accounts = records.reduce(into: [AccountID]()) { list, record in
                if list.last != record.account { list.append(record.account) }
            }
            _ = world.unbox(
                accounts.map { account in records.filter { $0.account == account } })
        }
        return try base.publishEvents(records, partition: partition)
    }

    func prices(_ symbols: Set<Symbol>) throws(StoreError) -> Prices { try base.prices(symbols) }

    func terms(_ keys: [TermsKey]) throws(StoreError) -> [TermsKey: Fields] {
        try base.terms(keys)
    }

    func claim(_ ids: [IDClaim]) -> [Result<Bool, StoreError>] { base.claim(ids) }

    func markDead(
        _ key: OrderKey, _ event: EventID, _ reason: DeadReason, entry: EntryID
    ) throws(StoreError) -> DeadMarkReply {
        try base.markDead(key, event, reason, entry: entry)
    }

    func park(
        _ account: AccountID, reason: String, token: OrdersToken
    ) throws(StoreError) { try base.park(account, reason: reason, token: token) }

    func announce(_ commands: [AnsweredCommand]) throws(StoreError) {
        try base.announce(commands)
    }
}
