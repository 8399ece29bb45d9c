/// One account as a decision sees it. Decisions of one batch form a chain, each on the account
/// that the one before leaves.
package struct Account: Sendable, Equatable {
    package let id: AccountID
    /// Nil where the account does not exist.
    package var portfolio: Portfolio?
    package var config: AccountConfig?
    package var book: Book
    /// The orders that the batch is about.
    package var orders: [OrderID: StoredOrder]
    /// The answers to the batch's commands that were given before.
    package var answers: [RequestID: CommandResult]

    package init(
        id: AccountID, portfolio: Portfolio?, config: AccountConfig?, book: Book,
        orders: [OrderID: StoredOrder], answers: [RequestID: CommandResult]
    ) {
        self.id = id
        self.portfolio = portfolio
        self.config = config
        self.book = book
        self.orders = orders
        self.answers = answers
    }
}

/// What Redis still holds of an order.
package enum StoredOrder: Sendable, Equatable {
    /// Out of line: an order is large, and what may hold one goes from hand to hand.
    indirect case kept(Order)
    /// The holdings are gone; `order_done` is left.
    case done(OrderDone)
    case unknown
}

/// What is left of a terminal order for eight days: enough to name and to judge late reports.
package struct OrderDone: Sendable, Equatable {
    package let state: OrderState
    package let version: Int64
    package let ids: NamedList
    package let execs: NamedList
    package let applied: NamedList
    package let deadMarks: NamedList

    package init(_ order: Order) {
        state = order.state
        version = order.version
        ids = order.ids
        execs = order.execs
        applied = order.applied
        deadMarks = order.deadMarks
    }

    package init(_ fields: Fields) throws(FieldError) {
        let text = try fields.required("state")
        guard let state = OrderState(rawValue: text) else {
            throw FieldError("state", text, rule: "is no value that this version knows")
        }
        self.state = state
        version = try fields.required("version", Number.int64)
        ids = NamedList(text: fields["ids"] ?? "")
        execs = NamedList(text: fields["execs"] ?? "")
        applied = NamedList(text: fields["applied"] ?? "")
        deadMarks = NamedList(text: fields["dead"] ?? "")
    }

    package var fields: Fields {
        var fields = Fields([
            .init("state", state.rawValue), .init("version", String(version)),
        ])
        for (name, list) in [
            ("ids", ids), ("execs", execs), ("applied", applied), ("dead", deadMarks),
        ] where !list.isEmpty {
            fields.append(name, list.text)
        }
        return fields
    }
}

extension Account {
    /// The account after a transition, and the record that tells everybody of it.
    ///
    /// - Parameters:
    ///   - random: 64 bits drawn for this decision; they keep two decisions on the same state apart.
    ///   - now: Redis' time when the account was loaded, ms.
    package func applying(
        _ transition: Transition, at prices: Prices, random: UInt64, now: Int64
    ) throws -> (account: Account, record: Record) {
        var next = self
        var portfolio =
            portfolio
            ?? Portfolio(version: 0, token: OrdersToken(text: ""), balance: .zero)
        portfolio.version += 1
        portfolio.token = OrdersToken(event: transition.eventID, random: random)
        for entry in transition.ledger {
            portfolio.balance = try portfolio.balance + entry.amount
        }
        var before: OrderState?
        var after: Order?
        if var order = transition.order {
            if case .kept(let old)? = orders[order.id] { before = old.state }
            order.version += 1
            order.applied.set(transition.eventID.text, String(order.version))
            next.orders[order.id] = .kept(order)
            next.book.set(order)
            portfolio.margins[order.symbol] = try AccountMargin.price(
                next.book.entries(of: order.symbol), at: prices,
                known: portfolio.margins[order.symbol])
            after = order
        }
        if let config = transition.config { next.config = config }
        if let answer = transition.answer { next.answers[answer.request] = answer.result }
        next.portfolio = portfolio
        var record = Record(
            transition, account: next, portfolio: portfolio, from: before, order: after, now: now)
        try record.addTotals(of: portfolio)
        return (next, record)
    }
}
