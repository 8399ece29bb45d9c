import ServiceRuntime
import Shared

/// Holds one account of Redis against the same account of Postgres. Pure.
struct AccountAudit {
    let id: AccountID
    let redis: RedisView.View
    let emitted: (number: Int64, token: String)?
    let postgres: PostgresView.View?
    private(set) var findings: [Finding] = []

    init(
        _ id: AccountID, redis: RedisView.View, emitted: (number: Int64, token: String)?,
        postgres: PostgresView.View?
    ) {
        self.id = id
        self.redis = redis
        self.emitted = emitted
        self.postgres = postgres
        guard let portfolio = redis.loaded.account.portfolio else {
            found(.version, "is not in Redis")
            return
        }
        checkVersions(portfolio)
        checkMoney(portfolio)
        checkBook()
        checkMargins(portfolio)
        checkOrders()
    }

    private mutating func found(_ check: Finding.Check, _ detail: String) {
        findings.append(Finding(id, check, detail))
    }

    private mutating func checkVersions(_ portfolio: Portfolio) {
        if let reason = portfolio.parked { found(.pending, "is parked: \(reason)") }
        let waiting = redis.loaded.outbox.count
        if waiting > 0 { found(.pending, "\(waiting) records are not published") }
        if emitted?.number != portfolio.version {
            let number = emitted.map { String($0.number) } ?? "none"
            found(.version, "Redis \(portfolio.version), last event \(number)")
        } else if emitted?.token != portfolio.token.text {
            found(.token, "Redis \(portfolio.token), last event \(emitted?.token ?? "")")
        }
        guard let postgres else {
            found(.version, "is not in Postgres")
            return
        }
        if postgres.number != portfolio.version {
            found(.version, "Redis \(portfolio.version), Postgres \(postgres.number)")
        } else if postgres.token != portfolio.token.text {
            found(.token, "Redis \(portfolio.token), Postgres \(postgres.token)")
        }
        if postgres.events != postgres.number || postgres.lastEvent != postgres.number {
            found(
                .version,
                "Postgres \(postgres.number), with \(postgres.events) events up to "
                    + "\(postgres.lastEvent)")
        }
    }

    private mutating func checkMoney(_ portfolio: Portfolio) {
        guard let postgres else { return }
        let texts = [("balance", postgres.balance), ("ledger", postgres.ledger)]
        for (name, text) in texts {
            guard let amount = try? Money(text) else {
                found(.unreadable, "\(name) '\(text)'")
                continue
            }
            if amount != portfolio.balance {
                found(.balance, "Redis \(portfolio.balance), \(name) in Postgres \(amount)")
            }
        }
    }

    private mutating func checkBook() {
        let account = redis.loaded.account
        let booked = Set(account.book.records.keys)
        if booked != redis.index {
            let odd = booked.symmetricDifference(redis.index).sorted().joined(separator: " ")
            found(.book, "book and index differ in \(odd)")
        }
        for (id, stored) in account.orders {
            guard case .kept(let order) = stored else {
                found(.book, "\(id) is in the book without holdings")
                continue
            }
            if order.state.isTerminal { found(.book, "\(id) is \(order.state) in the book") }
            if account.book.records[id.text] != BookEntry(order).text {
                found(.book, "\(id) differs between book and holdings")
            }
        }
    }

    private mutating func checkMargins(_ portfolio: Portfolio) {
        let book = redis.loaded.account.book
        for text in book.symbols.union(portfolio.margins.keys.map(\.text)).sorted() {
            do {
                let symbol = try Symbol(text)
                let entries = try book.entries(of: symbol)
                let ties = entries.contains { $0.state.isPosition || $0.state == .queued }
                guard let stored = portfolio.margins[symbol] else {
                    if ties { found(.margin, "\(symbol) has orders and no margin") }
                    continue
                }
                guard ties else {
                    found(.margin, "\(symbol) has margin and no orders")
                    continue
                }
                let again = try AccountMargin.price(entries, at: stored.price, stored.conversion)
                if again != stored {
                    found(.margin, "\(symbol) is \(stored.text), recomputed \(again.text)")
                }
            } catch {
                found(.unreadable, "\(text): \(error)")
            }
        }
    }

    /// Each active order of Redis is the snapshot of Postgres, field by field. Dead marks are not
    /// transitions and are left out.
    private mutating func checkOrders() {
        guard let postgres else { return }
        let account = redis.loaded.account
        let odd = Set(account.book.records.keys).symmetricDifference(postgres.orders.keys)
        if !odd.isEmpty {
            found(.order, "active orders differ in \(odd.sorted().joined(separator: " "))")
        }
        for (id, fields) in redis.loaded.orderFields {
            guard let snapshot = postgres.orders[id.text] else { continue }
            let names = Set(fields.list.map(\.name)).union(snapshot.keys).subtracting(["dead"])
            for name in names.sorted() where fields[name] != snapshot[name] {
                found(
                    .order,
                    "\(id) \(name): Redis \(fields[name] ?? "-"), Postgres \(snapshot[name] ?? "-")"
                )
            }
        }
    }
}
