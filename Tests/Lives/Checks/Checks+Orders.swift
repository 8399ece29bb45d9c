import Shared
import TestSupport

/// Orders: what is active, what they went through, what others see of them.
extension Checks {
    /// Invariant 4: book, index and holdings agree; margins are what they recompute to.
    func books(_ account: AccountID) throws -> [String] {
        var found: [String] = []
        var active: [String: String] = [:]
        for (id, steps) in evidence.orders(account) {
            guard let last = steps.last else { continue }
            switch try world.stored(OrderKey(account, id)) {
            case .kept(let order):
                if String(order.version) != last["order_version"] {
                    found.append("4: \(id) is at \(order.version), its events at another version")
                }
                if !order.state.isTerminal { active[id.text] = BookEntry(order).text }
            case .done(let done):
                if !done.state.isTerminal || last["to_state"] != done.state.rawValue {
                    found.append("4: what is left of \(id) is \(done.state)")
                }
            case .unknown: found.append("4: order \(id) is lost")
            }
        }
        let book = Dictionary(
            world[hash: account.book].list.map { ($0.name, $0.value) }
        ) { first, _ in first }
        if book != active { found.append("4: \(account) has the book \(book), not \(active)") }
        if world[set: account.ordersIndex] != Set(active.keys) {
            found.append("4: the index of \(account) differs from its active orders")
        }
        return found + (try margins(account, Book(records: active)))
    }

    private func margins(_ account: AccountID, _ book: Book) throws -> [String] {
        guard let portfolio = try Portfolio(world[hash: account.portfolio]) else { return [] }
        var found: [String] = []
        for symbol in book.symbols where portfolio.margins[try Symbol(symbol)] == nil {
            // What rests ties nothing up.
            let isTied = try book.entries(of: try Symbol(symbol)).contains { !$0.state.isResting }
            if isTied { found.append("4: \(account) has no margin of \(symbol)") }
        }
        for (symbol, margin) in portfolio.margins {
            let again = try AccountMargin.price(
                book.entries(of: symbol), at: margin.price, margin.conversion)
            if again.text != margin.text {
                found.append("4: \(symbol) of \(account) is \(margin.text), not \(again.text)")
            }
        }
        let totals = world[hash: account.portfolio]
        let executed = try portfolio.usedMarginExecuted().text
        let all = try portfolio.usedMarginAll().text
        if totals["used_margin_executed"] != executed || totals["used_margin_all"] != all {
            found.append("4: the totals of \(account) are not the sums of its symbols")
        }
        return found
    }

    /// Invariants 2 and 6: an order's steps follow one another, each event changes it once, and
    /// after its end only a provider's fill does, and a replacement after a cancel.
    func lives(_ account: AccountID) throws -> [String] {
        var found: [String] = []
        for (id, steps) in evidence.orders(account) {
            let versions = steps.map { Int($0["order_version"] ?? "") ?? -1 }
            if versions != Array(1..<(steps.count + 1)) {
                found.append("2: order \(id) has the versions \(versions)")
            }
            let applied = steps.compactMap { $0["event_id"] }
            if Set(applied).count != applied.count {
                found.append("2: an event changed order \(id) twice: \(applied)")
            }
            for (before, after) in zip(steps, steps.dropFirst()) {
                if before["to_state"] != after["from_state"] {
                    found.append("2: order \(id) jumps to \(after["from_state"] ?? "none")")
                }
                let state = before["to_state"].flatMap(OrderState.init(rawValue:))
                let type = after["type"].flatMap(EventType.init(rawValue:))
                let isReplacement = type == .orderPendingConfirmed && state == .cancelled
                if state?.isTerminal == true, type != .orderOpenConfirmed, !isReplacement,
                    try !isNoted(after, on: before)
                {
                    found.append("6: order \(id) changed after its end")
                }
            }
            let profits = steps.filter { $0["ledger"] != nil }.count
            if profits > 1 { found.append("2: order \(id) was booked \(profits) times") }
        }
        return found
    }

    /// Whether an answer to a cancel was noted on an order that a replacement may still re-open.
    private func isNoted(_ after: Fields, on before: Fields) throws -> Bool {
        let answers = [EventType.orderPendingCancel, .orderRejectionRecord].map(\.rawValue)
        let cancelled = OrderState.cancelled.rawValue
        guard before["to_state"] == cancelled, after["to_state"] == cancelled,
            answers.contains(after["type"] ?? "")
        else { return false }
        let before = try EventEntry.event(before)["state_before"]
        return before == OrderState.modifying.rawValue
    }

    /// What others read: the copies of orders and who holds which symbol.
    func projection(_ account: AccountID) -> [String] {
        var found: [String] = []
        var held: Set<String> = []
        for (id, steps) in evidence.orders(account) {
            guard let last = steps.last else { continue }
            let data = world[hash: Keys.orderData(id)]
            if data["state"] != last["to_state"]
                || data[Keys.projectedVersionField] != last["order_version"]
            {
                found.append("4: the copy of order \(id) is \(data["state"] ?? "missing")")
            }
            let state = last["to_state"].flatMap(OrderState.init(rawValue:))
            if state?.isTerminal == false, let symbol = last["symbol"] { held.insert(symbol) }
        }
        for instrument in Samples.instruments {
            guard let symbol = try? Symbol(instrument.symbol) else { continue }
            let holders = world[set: Keys.symbolHolders(symbol, account.userType)]
            if holders.contains(account.tag) != held.contains(symbol.text) {
                found.append("4: holders of \(symbol) are wrong about \(account)")
            }
        }
        return found
    }
}
