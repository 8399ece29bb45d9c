import ServiceRuntime
import Shared
import Testing

/// An order's life, told line by line: what is asked of it and what its provider says, each on the
/// account that the line before leaves.
struct Conversation {
    private(set) var account: Account
    let prices: Prices
    private var said = 0

    init(
        _ order: Order, balance: Money = 10_000, others: [Order] = [], at prices: Prices = Prices()
    ) throws {
        account = try OrderBench.account(
            with: order, balance: balance, others: others, at: prices)
        self.prices = prices
    }

    var order: Order {
        get throws {
            guard case .kept(let order)? = account.orders[OrderID(number: 42)] else {
                throw FieldError("order", "42", rule: "is kept")
            }
            return order
        }
    }

    /// What order-entry does with a command: the order changes, under the id of a request.
    mutating func ask(_ state: OrderState? = nil, _ change: (inout Order) throws -> Void) throws {
        var order = try order
        if let state {
            order.stateBefore = order.state
            order.state = state
        }
        try change(&order)
        for (kind, id) in [
            (IDKind.modify, order.requests.modifyID), (.cancel, order.requests.cancelID),
            (.close, order.requests.closeID),
        ] {
            if let id { order.ids.set(id.text, kind.rawValue) }
        }
        order.requests.requestedAt = OrderBench.now
        try apply(
            Transition(.orderModifyRequested, EventID(text: "request/\(said)"), order: order))
    }

    /// What the provider says of an id. Every fill has an exec id of its own.
    @discardableResult
    mutating func hear(
        _ event: OrderEventKind, _ id: String? = nil, price: String? = "1.1003",
        quantity: Quantity? = nil, reason: String? = nil, arrival: String? = nil
    ) throws -> Outcome {
        said += 1
        let told = event.told
        let message = try OrderBench.message(
            event, id ?? told.kind.prefix + (told.kind == .order ? "42" : "1"),
            kind: id == "42" ? .order : told.kind, status: told.status,
            price: price, exec: event.isFill ? "X\(said)" : nil, quantity: quantity,
            reason: reason, account: account.id.tag, arrival: arrival ?? "\(said)-0")
        let worker = try #require(event.role.handler)
        let context = DecisionContext(
            now: OrderBench.now + Int64(said), prices: prices, numbers: [901, 902])
        let outcome = try worker.decide(message, on: account, in: context)
        if let transition = outcome.transition { try apply(transition) }
        return outcome
    }

    private mutating func apply(_ transition: Transition) throws {
        said += 1
        account = try account.applying(
            transition, at: prices, random: 1, now: OrderBench.now
        ).account
    }
}
