import ServiceRuntime
import Shared

/// Orders and messages for the tests of decisions, on the terms of the test vectors.
enum OrderBench {
    static let now: Int64 = 1_780_000_000_000

    static func account(_ tag: String = "live:7") throws -> AccountID { try AccountID(tag: tag) }

    static func terms(_ symbol: String, _ changes: KeyValuePairs<String, String> = [:]) throws
        -> InstrumentTerms
    {
        var fields = Fields([
            .init("type", "1"), .init("contract_size", "100000"), .init("profit", "USD"),
            .init("spread", "2"), .init("spread_pip", "0.0001"), .init("commission_rate", "7"),
            .init("commission_type", "0"), .init("commission_value_type", "0"),
            .init("min_lot", "0.01"), .init("max_lot", "100"), .init("lot_step", "0.01"),
        ])
        for (name, value) in changes { fields[name] = value }
        let read = fields
        return try InstrumentTerms(
            symbol: try Symbol(symbol), group: "VIP", fields: { read[$0] })
    }

    static func order(
        _ state: OrderState = .queued, side: OrderType = .buy, quantity: Quantity = 1,
        price: String = "1.1002", terms: InstrumentTerms? = nil, account tag: String = "live:7"
    ) throws -> Order {
        let placement = Placement(
            id: OrderID(number: 42), account: try account(tag),
            terms: try terms ?? OrderBench.terms("EURUSD"), leverage: 100, flow: .house,
            accountNumber: nil, placedAs: side, createdAt: now)
        var order = Order(
            placement: placement, type: side, state: state, quantity: quantity,
            price: try Price(price))
        order.version = 1
        order.requests.placedBy = "r1"
        return order
    }

    static func account(with order: Order) throws -> Account {
        var book = Book()
        book.set(order)
        return Account(
            id: order.account,
            portfolio: Portfolio(version: 1, token: OrdersToken(text: "t"), balance: 10_000),
            config: nil, book: book, orders: [order.id: .kept(order)], answers: [:])
    }

    static func message(
        _ event: OrderEventKind, _ id: String = "42", kind: IDKind = .order,
        status: OrdStatus = .executed, price: String? = "1.1003", exec: String? = "X1",
        quantity: Quantity? = nil, reason: String? = nil, account tag: String = "live:7"
    ) throws -> OrderMessage {
        let reported = try LifecycleID(id)
        return OrderMessage(
            key: OrderKey(try account(tag), OrderID(number: 42)), event: event,
            eventID: EventID(
                reported: reported, status: status,
                identity: exec.map { .exec($0) } ?? .entry("1-1")),
            reportID: reported, idKind: kind, status: status, execID: exec,
            averagePrice: try price.map { try Price($0) }, cumulativeQuantity: quantity,
            reason: reason, timestamp: now, arrival: "1-1", report: "{}")
    }

    static func prices(
        _ list: KeyValuePairs<String, (bid: String, ask: String)>, age: Int64 = 0
    ) throws -> Prices {
        var prices: [Symbol: MarketPrice] = [:]
        for (symbol, price) in list {
            prices[try Symbol(symbol)] = MarketPrice(
                bid: try Price(price.bid), ask: try Price(price.ask), ageMilliseconds: age)
        }
        return Prices(prices)
    }

    static func context(_ prices: Prices = Prices(), numbers: [Int64] = [901, 902])
        -> DecisionContext
    {
        DecisionContext(now: now, prices: prices, numbers: numbers)
    }
}

extension Outcome {
    var transition: Transition? {
        guard case .apply(let transition) = self else { return nil }
        return transition
    }
}
