package import Shared

/// A worker's decision on the events that a dispatcher names. How it begins is the same for all:
/// the state table is asked, and only an event that moves its order comes to the worker's step.
package protocol OrderEventHandler: MessageHandler where Message == OrderMessage {
    /// What becomes of the order that the event moves. Pure.
    func step(_ it: EventCase) throws -> Outcome
}

extension OrderEventHandler {
    package var numbersPerMessage: Int { 0 }

    package func needs(_ message: OrderMessage, on account: Account) -> Needs {
        guard case .kept(let order)? = account.orders[message.key.order] else { return Needs() }
        return Needs(of: order)
    }

    /// An event in another worker's queue is nothing that this worker may book.
    package func decide(
        _ message: OrderMessage, on account: Account, in context: DecisionContext
    ) throws -> Outcome {
        guard message.event.role == role else { return .dead(.notServed) }
        let stored = account.orders[message.key.order] ?? .unknown
        switch Judgement.of(message, on: stored) {
        case .ignored(let reason): return .ignore(reason)
        case .deferred(let reason): return .defer(reason)
        case .dead(let reason): return .dead(reason)
        case .applies(let verdict):
            // What is left of an expired order cannot be changed: its judgement never applies.
            guard case .kept(let order) = stored else {
                throw FieldError("order", message.key.text, rule: "is judged but not kept")
            }
            return try step(
                EventCase(
                    message: message, verdict: verdict, order: order, account: account,
                    context: context))
        }
    }
}

/// One event on the order that it moves.
package struct EventCase: Sendable {
    package let message: OrderMessage
    /// Resolved: `to`, `restore`, `keep` or `byLeg`.
    package let verdict: Verdict
    /// The order as it stands before.
    package let order: Order
    package let account: Account
    package let context: DecisionContext

    package init(
        message: OrderMessage, verdict: Verdict, order: Order, account: Account,
        context: DecisionContext
    ) {
        self.message = message
        self.verdict = verdict
        self.order = order
        self.account = account
        self.context = context
    }
}

extension EventCase {
    /// The step, with what every step of a report has: the provider's words are noted, the event
    /// names the report, and nothing waits for an answer any more unless a request is in flight.
    ///
    /// - Parameter details: the event's fields besides the order's, the account's and the report's.
    package func apply(
        _ type: EventType, _ order: Order, ledger: [LedgerEntry] = [],
        newIDs: [LifecycleID] = [], sends: [ProviderMessage] = [], details: Fields = Fields()
    ) -> Outcome {
        var order = order
        order.note(message)
        if !order.hasRequestInFlight { order.requests.requestedAt = nil }
        var all = message.details
        for field in details.list { all.append(field.name, field.value) }
        return .apply(
            Transition(
                type, message.eventID, order: order, ledger: ledger, newIDs: newIDs,
                sends: sends, details: all))
    }

    /// The reference's fields of a rejection (`order_rejections`).
    package func rejection(_ type: RejectionType, reason: String?) -> Fields {
        let before = ReferenceStatus(order.state, lastLegRequest: order.lastLegRequest)
        var details = Fields([
            .init("rejection_type", type.rawValue), .init("canonical_order_id", order.id.text),
            .init("provider_order_id", message.reportID.text),
            .init("redis_status", before.status),
        ])
        details["reason"] = reason
        if !message.report.isEmpty { details.append("provider_raw_data", message.report) }
        return details
    }
}
