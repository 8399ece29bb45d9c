package import ServiceRuntime
package import Shared

extension MemoryWorld: AccountStore {
    /// How old a decision may be when it is applied, ms.
    private static let oldestDecision: Int64 = 2_000
    private static let day: Int64 = 24 * 3_600_000

    package func load(_ requests: [LoadRequest]) -> [Result<LoadedAccount, StoreError>] {
        requests.map { request in
            do {
                return .success(try load(request))
            } catch {
                return .failure(.refused(operation: "load", detail: "\(error)"))
            }
        }
    }

    private func load(_ request: LoadRequest) throws -> LoadedAccount {
        let id = request.account
        let totals = self[hash: id.portfolio]
        let config = self[hash: id.config]
        var orders: [OrderID: StoredOrder] = [:]
        var orderFields: [OrderID: Fields] = [:]
        for order in request.orders {
            orders[order] = try stored(OrderKey(id, order))
            if case .kept? = orders[order] { orderFields[order] = self[hash: id.holdings(order)] }
        }
        var answers: [RequestID: CommandResult] = [:]
        for request in request.requests {
            let fields = self[hash: id.orderResult(request)]
            if !fields.isEmpty { answers[request] = try CommandResult(fields) }
        }
        let book = Dictionary(
            uniqueKeysWithValues: self[hash: id.book].list.map { ($0.name, $0.value) })
        return LoadedAccount(
            account: Account(
                id: id, portfolio: try Portfolio(totals),
                config: config.isEmpty ? nil : try AccountConfig(config),
                book: Book(records: book), orders: orders, answers: answers),
            orderFields: orderFields,
            marginFields: Set(totals.list.map(\.name).filter { $0.hasPrefix("m:") }),
            outbox: try outbox(id), now: now)
    }

    /// Records that are not published yet, oldest first.
    package func outbox(_ account: AccountID) throws -> [Record] {
        try self[hash: account.outbox].list.map { try Record(boxed: $0.value) }
            .sorted { $0.number < $1.number }
    }

    /// The order, or what is left of it.
    package func stored(_ key: OrderKey) throws(FieldError) -> StoredOrder {
        let fields = self[hash: key.account.holdings(key.order)]
        if !fields.isEmpty { return .kept(try Order(fields, account: key.account)) }
        let done = self[hash: key.account.orderDone(key.order)]
        return done.isEmpty ? .unknown : .done(try OrderDone(done))
    }

    package func terms(_ keys: [TermsKey]) -> [TermsKey: Fields] {
        Dictionary(
            keys.map { ($0, self[hash: Keys.terms(group: $0.group, $0.symbol)]) },
            uniquingKeysWith: { first, _ in first })
    }

    package func claim(_ ids: [IDClaim]) -> [Result<Bool, StoreError>] {
        ids.map { claim in
            let key = Keys.lookup(claim.id)
            if self[string: key] != nil, keeps(.claim) { return .success(false) }
            set(key, claim.order.text, milliseconds: MemoryWorld.day)
            return .success(true)
        }
    }

    package func apply(_ writes: [AccountWrite]) -> [Result<ApplyReply, StoreError>] {
        writes.map { write in
            if let conflict = conflict(write) { return .success(.conflict(conflict)) }
            oldestApplied = max(oldestApplied, now - write.loadedAt)
            for change in write.writes { perform(change) }
            return .success(.applied(at: now))
        }
    }

    /// Why a chain of decisions cannot be applied; nil where nothing moved under it.
    private func conflict(_ write: AccountWrite) -> String? {
        if keeps(.token),
            self[hash: write.account.portfolio]["orders_token"] != write.expectedToken?.text
        {
            return "token"
        }
        if keeps(.age), now - write.loadedAt > MemoryWorld.oldestDecision { return "age" }
        for key in write.absent where !self[hash: key].isEmpty && keeps(.appliedAtApply) {
            return "answered"
        }
        for check in write.checks {
            let order = self[hash: check.key]
            if keeps(.orderVersion), order["version"] != check.version.map({ String($0) }) {
                return "version"
            }
            let applied = NamedList(text: order["applied"] ?? "")
            let dead = NamedList(text: order["dead"] ?? "")
            for event in check.events {
                if applied.contains(event.text), keeps(.appliedAtApply) { return "applied" }
                if dead.contains(event.text), keeps(.deadMark) { return "dead" }
            }
        }
        return nil
    }

    private func perform(_ change: AccountWrite.KeyWrite) {
        switch change {
        case .set(let key, let fields): set(key, fields)
        case .unset(let key, let names):
            for name in names { self[hash: key][name] = nil }
        case .addMember(let key, let member): self[set: key].insert(member)
        case .removeMember(let key, let member): self[set: key].remove(member)
        case .expire(let key, let milliseconds): hashes.expire(key, at: now + milliseconds)
        case .persist(let key): hashes.expire(key, at: nil)
        case .delete(let key): self[hash: key] = Fields()
        }
    }

    package func markDead(
        _ key: OrderKey, _ event: EventID, _ reason: DeadReason, entry: EntryID
    ) -> DeadMarkReply {
        let candidates = [
            key.account.holdings(key.order), key.account.orderDone(key.order),
        ]
        let hash = candidates.first { !self[hash: $0].isEmpty }
        let fields = hash.map { self[hash: $0] } ?? Fields()
        if keeps(.deadMark), NamedList(text: fields["applied"] ?? "").contains(event.text) {
            return .applied
        }
        if self[string: key.account.redriven(event, entry: "\(entry)")] != nil {
            return .redriven
        }
        guard let hash else { return .unknownOrder }
        guard keeps(.deadMark) else { return .marked }
        var marks = NamedList(text: fields["dead"] ?? "")
        marks.set(event.text, reason.rawValue)
        self[hash: hash]["dead"] = marks.text
        return .marked
    }

    package func park(_ account: AccountID, reason: String, token: OrdersToken) {
        guard !self[hash: account.portfolio].isEmpty else { return }
        set(
            account.portfolio,
            Fields(["parked": reason, "orders_token": token.text]))
    }
}
