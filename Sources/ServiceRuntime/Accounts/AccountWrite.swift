package import Shared

/// All that one account's chain of decisions writes, as key writes that a script checks and then
/// does as one (architecture §3, apply).
package struct AccountWrite: Sendable, Equatable {
    package let account: AccountID
    /// The token that was loaded; nil where the account did not exist.
    package let expectedToken: OrdersToken?
    /// The server's clock at the load, ms.
    package let loadedAt: Int64
    package private(set) var checks: [OrderCheck] = []
    /// Answers that must not exist yet.
    package private(set) var absent: [HashKey] = []
    package private(set) var writes: [KeyWrite] = []

    /// How an order must stand for the chain to apply.
    package struct OrderCheck: Sendable, Equatable {
        package let key: HashKey
        /// The version that was loaded; nil where the holdings were not there.
        package let version: Int64?
        /// Events that must be neither applied nor marked dead.
        package let events: [EventID]
    }

    /// One change of one key. Keys are of the account's slot.
    package enum KeyWrite: Sendable, Equatable {
        case set(HashKey, Fields)
        case unset(HashKey, [String])
        case addMember(SetKey, String)
        case removeMember(SetKey, String)
        /// Milliseconds from now.
        case expire(HashKey, milliseconds: Int64)
        case persist(HashKey)
        case delete(HashKey)
    }

    /// How long terminal holdings, `order_done` and answers are kept, milliseconds.
    package struct Retention: Sendable {
        package var order: Int64
        package static let done: Int64 = 8 * 24 * 3_600_000
        package static let answer: Int64 = 24 * 3_600_000

        package init(order: Int64) { self.order = order }
    }

    /// - Parameters:
    ///   - records: those of the chain's transitions, oldest first.
    ///   - events: each order's events of the chain.
    ///   - answers: results of the chain's commands, refused ones too.
    package init(
        from loaded: LoadedAccount, to account: Account, records: [Record],
        events: [OrderID: [EventID]], answers: [CommandAnswer], retention: Retention
    ) throws {
        self.account = account.id
        expectedToken = loaded.account.portfolio?.token
        loadedAt = loaded.now
        for answer in answers {
            let key = account.id.orderResult(answer.request)
            absent.append(key)
            writes.append(.set(key, answer.result.fields))
            writes.append(.expire(key, milliseconds: Retention.answer))
        }
        guard !records.isEmpty, let portfolio = account.portfolio else { return }
        for (id, events) in events.sorted(by: { $0.key < $1.key }) {
            try write(order: id, events, from: loaded, to: account, retention)
        }
        try write(portfolio: portfolio, from: loaded)
        if let config = account.config, account.config != loaded.account.config {
            writes.append(.set(account.id.config, config.fields))
        }
        if portfolio.balance != loaded.account.portfolio?.balance {
            let copy = Fields([.init("wallet_balance", portfolio.balance.text)])
            writes.append(.set(account.id.config, copy))
        }
        writes.append(
            .set(account.id.outbox, Fields(records.map { .init(String($0.number), $0.boxed) })))
    }

    /// Puts an account back as it is remembered elsewhere: whoever decides nothing writes this.
    ///
    /// - Parameter token: as it was found; nil where the account did not exist.
    package init(
        restoring account: AccountID, found token: OrdersToken?, at now: Int64, writes: [KeyWrite]
    ) {
        self.account = account
        expectedToken = token
        loadedAt = now
        self.writes = writes
    }

    private mutating func write(
        order id: OrderID, _ events: [EventID], from loaded: LoadedAccount, to account: Account,
        _ retention: Retention
    ) throws {
        guard case .kept(let order)? = account.orders[id] else { return }
        let holdings = account.id.holdings(id)
        var old: Order?
        if case .kept(let kept)? = loaded.account.orders[id] { old = kept }
        checks.append(OrderCheck(key: holdings, version: old?.version, events: events))
        if let before = loaded.orderFields[id] {
            let (changed, gone) = AccountWrite.difference(
                from: before, to: order.changingFields,
                among: { Order.changingNames.contains($0) })
            writes.append(.set(holdings, changed))
            if !gone.isEmpty { writes.append(.unset(holdings, gone)) }
        } else {
            writes.append(.set(holdings, order.fields))
        }
        let done = account.id.orderDone(id)
        if order.state.isTerminal {
            writes.append(.expire(holdings, milliseconds: retention.order))
            writes.append(.removeMember(account.id.ordersIndex, id.text))
            writes.append(.unset(account.id.book, [id.text]))
            writes.append(.set(done, OrderDone(order).fields))
            writes.append(.expire(done, milliseconds: Retention.done))
        } else {
            if old?.state.isTerminal == true {
                writes.append(.persist(holdings))
                writes.append(.delete(done))
            }
            if old == nil || old?.state.isTerminal == true {
                writes.append(.addMember(account.id.ordersIndex, id.text))
            }
            if let record = account.book.records[id.text] {
                writes.append(.set(account.id.book, Fields([.init(id.text, record)])))
            }
        }
    }

    private mutating func write(portfolio: Portfolio, from loaded: LoadedAccount) throws {
        let before = try loaded.account.portfolio?.fields() ?? Fields()
        let (changed, _) = AccountWrite.difference(
            from: before, to: try portfolio.fields(), among: { _ in true })
        writes.append(.set(account.portfolio, changed))
        let gone = loaded.marginFields.filter { !portfolio.has($0) }.sorted()
        if !gone.isEmpty { writes.append(.unset(account.portfolio, gone)) }
    }

    /// What of `after` is not in `before`, and which of the names of `before` are gone.
    private static func difference(
        from before: Fields, to after: Fields, among isOurs: (String) -> Bool
    ) -> (changed: Fields, gone: [String]) {
        // Both are in about the same order, so each is found where the last one led to.
        var last = -1
        var isKnown = Array(repeating: false, count: before.list.count)
        var changed: [Fields.Field] = []
        for field in after.list {
            if let index = before.index(of: field.name, after: last) {
                last = index
                isKnown[index] = true
                if before.list[index].value == field.value { continue }
            }
            changed.append(field)
        }
        let gone = zip(before.list, isKnown).filter { !$1 && isOurs($0.name) }.map(\.0.name)
        return (Fields(changed), gone.sorted())
    }
}

extension Record {
    /// As an outbox keeps it: the token first, so that a script can compare it.
    package var boxed: String { token.text + " " + text }

    package init(boxed: String) throws(MessageError) {
        guard let space = boxed.utf8.firstIndex(of: UInt8(ascii: " ")) else {
            throw .unreadable(
                FieldError("outbox", String(boxed.prefix(80)), rule: "has no token"))
        }
        try self.init(String(boxed[boxed.utf8.index(after: space)...]))
    }
}
