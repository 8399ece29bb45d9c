import Shared
import TestSupport

/// Every order ends where the state table says for what its provider did (domain §3).
extension Checks {
    func ends(_ account: AccountID) throws -> [String] {
        try evidence.orders(account).keys.flatMap { id throws -> [String] in
            guard case .kept(let order) = try world.stored(OrderKey(account, id)) else {
                return ended(id, account)
            }
            if order.placement.flow == .house { return try house(order) }
            guard let truth = evidence.provider.orders[id] else { return [] }
            return try provider(order, truth)
        }
    }

    /// The state is all that is left of it. What was replaced too late stays cancelled.
    private func ended(_ id: OrderID, _ account: AccountID) -> [String] {
        guard let truth = evidence.provider.orders[id], truth.isPlain,
            !truth.isReplaced, case .done(let done)? = try? world.stored(OrderKey(account, id)),
            done.state != truth.standing.state
        else { return [] }
        return ["end: \(id) is \(done.state), at its provider \(truth.standing)"]
    }

    /// No order of the house waits for an answer, and what rests with us rests with it.
    private func house(_ order: Order) throws -> [String] {
        let held = evidence.held[order.id]
        switch order.state {
        case .queued, .pendingQueued, .modifying, .cancelling, .closing:
            return ["end: \(order.id) waits for the house, \(order.state)"]
        case .pending:
            guard let held, held.standing == .pending, held.price == (try sent(order)),
                held.quantity == order.quantity
            else {
                return ["end: \(order.id) rests, but not at the house"]
            }
            return []
        case .open: return try legs(of: order) { held?.legs[$0].map { ($0.id, $0.price) } }
        case .closed, .cancelled:
            return held?.rests == true ? ["end: \(order.id) has ended, but not at the house"] : []
        // The house has filled what the account could not carry.
        case .rejected: return []
        }
    }

    private func provider(_ order: Order, _ truth: ProviderOrder) throws -> [String] {
        guard truth.isPlain else { return waiting(order, truth) }
        guard order.state == truth.standing.state else {
            return ["end: \(order.id) is \(order.state), at its provider \(truth.standing)"]
        }
        var found: [String] = []
        if truth.standing == .resting || truth.standing == .open,
            order.quantity != truth.quantity
        {
            found.append("end: \(order.id) has \(order.quantity), not \(truth.quantity ?? 0)")
        }
        if truth.standing == .resting, try sent(order) != truth.price {
            found.append("end: \(order.id) rests at \(order.price), not \(truth.price ?? 0)")
        }
        guard truth.standing == .open else { return found }
        return try found + legs(of: order) { leg in truth.legs[leg].map { ($0.id, $0.price) } }
    }

    /// Whatever a provider did, it answered every request: what waits for one has got its answer under
    /// another id.
    private func waiting(_ order: Order, _ truth: ProviderOrder) -> [String] {
        switch order.state {
        case .queued, .pendingQueued, .modifying, .cancelling, .closing:
            truth.misdeeds.contains(.spokeOfOrder)
                ? [] : ["end: \(order.id) waits, \(order.state), though it was answered"]
        case .pending, .open, .closed, .cancelled, .rejected: []
        }
    }

    private func legs(
        of order: Order, at provider: (Leg) -> (id: LifecycleID, price: Price?)?
    ) throws -> [String] {
        try Leg.allCases.compactMap { leg in
            let own = order[leg]
            guard let rests = provider(leg) else {
                return own.state == .none ? nil : "end: \(leg) of \(order.id) is \(own.state)"
            }
            let price = try own.price.map {
                try PriceRules.legPriceSent(
                    side: order.side, price: $0, halfSpread: order.terms.halfSpread)
            }
            let isSame = own.state == .active && own.id == rests.id && price == rests.price
            return isSame
                ? nil : "end: \(leg) of \(order.id) is \(own.state), it rests as \(rests.id)"
        }
    }

    private func sent(_ order: Order) throws -> Price {
        try PriceRules.pendingPriceSent(
            side: order.side, price: order.price, halfSpread: order.terms.halfSpread)
    }
}
