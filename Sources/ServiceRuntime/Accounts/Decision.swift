package import Shared

/// How a worker's decision begins: what the state table makes of the message.
package enum Decision {
    /// Nothing to apply: that is the outcome.
    case ends(Outcome)
    /// The message applies to this order, as the verdict says.
    case applies(Verdict, Order)

    package init(_ message: OrderMessage, on account: Account) throws {
        let stored = account.orders[message.key.order] ?? .unknown
        switch Judgement.of(message, on: stored) {
        case .ignored(let reason): self = .ends(.ignore(reason))
        case .deferred(let reason): self = .ends(.defer(reason))
        case .dead(let reason): self = .ends(.dead(reason))
        case .applies(let verdict):
            // What is left of an expired order cannot be changed: its judgement never applies.
            guard case .kept(let order) = stored else {
                throw FieldError("order", message.key.text, rule: "is judged but not kept")
            }
            self = .applies(verdict, order)
        }
    }
}
