import ServiceRuntime
import Shared

/// Holds one account of Redis against the same account of Postgres. Pure.
struct AccountAudit {
    let id: AccountID
    let redis: RedisView.View
    let postgres: PostgresView.View?
    private(set) var findings: [Finding] = []

    init(_ id: AccountID, redis: RedisView.View, postgres: PostgresView.View?) {
        self.id = id
        self.redis = redis
        self.postgres = postgres
        if let reason = postgres?.parked {
            found(.pending, "its persistence has stopped: \(reason)")
        }
        guard let portfolio = redis.loaded.account.portfolio else {
            found(.version, "is not in Redis")
            return
        }
        checkPublished(portfolio)
        checkBook()
        checkMargins(portfolio)
        checkWallet(portfolio)
        guard let postgres else {
            found(.version, "is not in Postgres")
            return
        }
        checkPersisted(postgres)
        checkLedger(postgres)
        // Accounts at different numbers differ in all they say.
        guard postgres.number == portfolio.version else { return }
        checkMoney(portfolio, postgres)
        checkOrders(postgres)
    }

    private mutating func found(_ check: Finding.Check, _ detail: String) {
        findings.append(Finding(id, check, detail))
    }

    private func text(_ published: RedisView.Published?) -> String {
        published.map { String($0.number) } ?? "none"
    }

    /// Published is what the account has done, but for what still lies in the outbox. Parking gives
    /// a token that no event has.
    private mutating func checkPublished(_ portfolio: Portfolio) {
        if let reason = portfolio.parked { found(.pending, "is parked: \(reason)") }
        let waiting = Int64(redis.loaded.outbox.count)
        if waiting > 0 { found(.pending, "\(waiting) records are not published") }
        let number = redis.published?.number ?? 0
        if number < portfolio.version - waiting || number > portfolio.version {
            found(.version, "Redis \(portfolio.version), last event \(text(redis.published))")
        } else if let published = redis.published, number == portfolio.version,
            portfolio.parked == nil, published.token != portfolio.token.text
        {
            found(.token, "Redis \(portfolio.token), last event \(published.token)")
        }
    }

    private mutating func checkPersisted(_ postgres: PostgresView.View) {
        if postgres.number != redis.published?.number {
            found(
                .version, "last event \(text(redis.published)), Postgres \(postgres.number)")
        } else if let published = redis.published, postgres.token != published.token {
            found(.token, "last event \(published.token), Postgres \(postgres.token)")
        }
        if postgres.events != postgres.number || postgres.lastEvent != postgres.number {
            found(
                .version,
                "Postgres \(postgres.number), with \(postgres.events) events up to "
                    + "\(postgres.lastEvent)")
        } else if postgres.lastToken != postgres.token {
            found(
                .token,
                "Postgres \(postgres.token), under \(postgres.number) \(postgres.lastToken)")
        }
    }

    private mutating func same(
        _ check: Finding.Check, _ name: String, _ text: String?, _ amount: Money, _ other: String
    ) {
        guard let text, let value = try? Money(text) else {
            found(.unreadable, "\(name) '\(text ?? "")'")
            return
        }
        if value != amount { found(check, "\(name) \(value), \(other) \(amount)") }
    }

    private mutating func checkWallet(_ portfolio: Portfolio) {
        same(
            .balance, "wallet_balance", redis.walletBalance, portfolio.balance,
            "balance in Redis")
    }

    private mutating func checkMoney(_ portfolio: Portfolio, _ postgres: PostgresView.View) {
        same(
            .balance, "balance in Postgres", postgres.balance, portfolio.balance,
            "balance in Redis")
        same(
            .balance, "sum of the ledger", postgres.ledger, portfolio.balance,
            "balance in Redis")
        checkTotals(
            portfolio,
            executed: [("used_margin_executed in Postgres", postgres.usedMarginExecuted)],
            all: [("used_margin_all in Postgres", postgres.usedMarginAll)])
        let margins = Dictionary(
            uniqueKeysWithValues: portfolio.margins.map { ("m:" + $0.key.text, $0.value.text) })
        for name in Set(margins.keys).union(postgres.margins.keys).sorted()
        where margins[name] != postgres.margins[name] {
            found(
                .margin,
                "\(name): Redis \(margins[name] ?? "-"), Postgres \(postgres.margins[name] ?? "-")")
        }
    }

    private mutating func checkLedger(_ postgres: PostgresView.View) {
        if let number = postgres.unbalanced {
            found(.balance, "the ledger's rows up to \(number) are not the balance noted there")
        }
        guard let traded = try? Money(postgres.traded) else {
            found(.unreadable, "traded '\(postgres.traded)'")
            return
        }
        same(
            .balance, "sum of net profits", postgres.netProfits, traded,
            "their rows in the ledger")
    }

    private mutating func checkTotals(
        _ portfolio: Portfolio, executed: [(name: String, text: String?)],
        all: [(name: String, text: String?)]
    ) {
        do {
            let sums = (try portfolio.usedMarginExecuted(), try portfolio.usedMarginAll())
            for total in executed {
                same(.margin, total.name, total.text, sums.0, "sum over symbols")
            }
            for total in all {
                same(.margin, total.name, total.text, sums.1, "sum over symbols")
            }
        } catch {
            found(.unreadable, "margins: \(error)")
        }
    }

    /// Book and index name the active orders, and the book says what the holdings say.
    private mutating func checkBook() {
        let account = redis.loaded.account
        let booked = Set(account.book.records.keys)
        if booked != redis.index {
            let odd = booked.symmetricDifference(redis.index).sorted().joined(separator: " ")
            found(.book, "book and index differ in \(odd)")
        }
        for id in booked.union(redis.index).sorted() {
            guard let order = try? OrderID(id), case .kept(let kept)? = account.orders[order]
            else {
                found(.book, "\(id) has no holdings")
                continue
            }
            if kept.state.isTerminal {
                found(.book, "\(id) is \(kept.state) and counts as active")
            } else if let record = account.book.records[id], record != BookEntry(kept).text {
                found(.book, "\(id) differs between book and holdings")
            }
        }
    }

    /// Active orders by the holdings, which are the truth.
    private var active: [Order] {
        redis.loaded.account.orders.values.compactMap { stored in
            guard case .kept(let order) = stored, !order.state.isTerminal else { return nil }
            return order
        }
    }

    private mutating func checkMargins(_ portfolio: Portfolio) {
        let entries = Dictionary(grouping: active.map { BookEntry($0) }, by: \.symbol)
        for symbol in Set(entries.keys).union(portfolio.margins.keys).sorted(by: textual) {
            let entries = entries[symbol] ?? []
            let ties = entries.contains { $0.state.isPosition || $0.state == .queued }
            switch (portfolio.margins[symbol], ties) {
            case (nil, false): break
            case (nil, true): found(.margin, "\(symbol) has orders and no margin")
            case (.some, false): found(.margin, "\(symbol) has margin and no orders")
            case (let stored?, true): checkMargin(of: symbol, entries, stored)
            }
        }
        checkTotals(
            portfolio,
            executed: [
                ("used_margin_executed", redis.totals.usedMarginExecuted),
                ("used_margin", redis.totals.usedMargin),
            ], all: [("used_margin_all", redis.totals.usedMarginAll)])
    }

    private func textual(_ left: Symbol, _ right: Symbol) -> Bool { left.text < right.text }

    private mutating func checkMargin(
        of symbol: Symbol, _ entries: [BookEntry], _ stored: SymbolMargin
    ) {
        do {
            let again = try AccountMargin.price(entries, at: stored.price, stored.conversion)
            if again.text != stored.text {
                found(.margin, "\(symbol) is \(stored.text), recomputed \(again.text)")
            }
        } catch {
            found(.unreadable, "\(symbol): \(error)")
        }
    }

    /// Each active order of Redis is the snapshot of Postgres, field by field. Dead marks are not
    /// transitions and are left out.
    private mutating func checkOrders(_ postgres: PostgresView.View) {
        let odd = Set(active.map(\.id.text)).symmetricDifference(postgres.orders.keys)
        if !odd.isEmpty {
            found(.order, "active orders differ in \(odd.sorted().joined(separator: " "))")
        }
        for (id, fields) in redis.loaded.orderFields {
            guard let snapshot = postgres.orders[id.text] else { continue }
            var stored: [String: String] = [:]
            for field in fields.list { stored[field.name] = field.value }
            let names = Set(stored.keys).union(snapshot.keys).subtracting(["dead"])
            for name in names.sorted() where stored[name] != snapshot[name] {
                found(
                    .order,
                    "\(id) \(name): Redis \(stored[name] ?? "-"), Postgres \(snapshot[name] ?? "-")"
                )
            }
        }
    }
}
