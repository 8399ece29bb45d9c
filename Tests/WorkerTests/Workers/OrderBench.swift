import ServiceRuntime
import Shared

@testable import WorkerCancel
@testable import WorkerClose
@testable import WorkerOpen
@testable import WorkerPending
@testable import WorkerReject

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
        price: String = "1.1002", terms: InstrumentTerms? = nil, account tag: String = "live:7",
        flow: Provider = .house, number: Int64 = 42
    ) throws -> Order {
        let placement = Placement(
            id: OrderID(number: number), account: try account(tag),
            terms: try terms ?? OrderBench.terms("EURUSD"), leverage: 100, flow: flow,
            accountNumber: nil, placedAs: side, createdAt: now)
        var order = Order(
            placement: placement, type: side, state: state, quantity: quantity,
            price: try Price(price))
        order.version = 1
        order.requests.placedBy = "r1"
        return order
    }

    /// - Parameter others: orders of the same account that the batch is not about.
    static func account(
        with order: Order, balance: Money = 10_000, others: [Order] = [],
        at prices: Prices = Prices()
    ) throws -> Account {
        var book = Book()
        var portfolio = Portfolio(version: 1, token: OrdersToken(text: "t"), balance: balance)
        for order in others + [order] {
            book.set(order)
            guard prices.conversion(for: order.terms.profitCurrency) != nil else { continue }
            portfolio.margins[order.symbol] = try AccountMargin.price(
                book.entries(of: order.symbol), at: prices, known: nil)
        }
        return Account(
            id: order.account, portfolio: portfolio, config: nil, book: book,
            orders: [order.id: .kept(order)], answers: [:])
    }

    static func message(
        _ event: OrderEventKind, _ id: String = "42", kind: IDKind = .order,
        status: OrdStatus = .executed, price: String? = "1.1003", exec: String? = "X1",
        quantity: Quantity? = nil, reason: String? = nil, account tag: String = "live:7",
        arrival: String = "1-1"
    ) throws -> OrderMessage {
        let reported = try LifecycleID(id)
        return OrderMessage(
            key: OrderKey(try account(tag), OrderID(number: 42)), event: event,
            eventID: EventID(
                reported: reported, status: status,
                identity: exec.map { .exec($0) } ?? .entry(arrival)),
            reportID: reported, idKind: kind, status: status, execID: exec,
            averagePrice: try price.map { try Price($0) }, cumulativeQuantity: quantity,
            reason: reason, timestamp: now, arrival: arrival, report: "{}")
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

extension Role {
    /// The worker of this role; nil for roles that have none.
    var handler: (any OrderEventHandler)? {
        switch self {
        case .open: OpenHandler(maxRateAge: 60_000)
        case .close: CloseHandler(maxRateAge: 60_000)
        case .reject: RejectHandler()
        case .pending: PendingHandler()
        case .cancel: CancelHandler()
        case .stopLoss: LegConfirmation(.stopLoss)
        case .takeProfit: LegConfirmation(.takeProfit)
        case .orders, .reports, .provider: nil
        }
    }
}

extension OrderEventKind {
    /// An id kind under which the event is reported, and the status that reports it.
    var told: (kind: IDKind, status: OrdStatus) {
        switch self {
        case .filled, .fillRefused: (.order, .executed)
        case .pendingConfirmed: (.order, .pending)
        case .modifyConfirmed: (.modify, .modify)
        case .cancelConfirmed: (.cancel, .cancelled)
        case .stopLossConfirmed: (.stopLoss, .pending)
        case .takeProfitConfirmed: (.takeProfit, .pending)
        case .stopLossCancelled: (.stopLossCancel, .cancelled)
        case .takeProfitCancelled: (.takeProfitCancel, .cancelled)
        case .closeFilled: (.close, .executed)
        case .stopLossFilled: (.stopLoss, .executed)
        case .takeProfitFilled: (.takeProfit, .executed)
        case .placementRejected: (.order, .rejected)
        case .modifyRejected: (.modify, .rejected)
        case .cancelRejected: (.cancel, .rejected)
        case .closeRejected: (.close, .rejected)
        case .stopLossRejected: (.stopLoss, .rejected)
        case .takeProfitRejected: (.takeProfit, .rejected)
        case .stopLossCancelRejected: (.stopLossCancel, .rejected)
        case .takeProfitCancelRejected: (.takeProfitCancel, .rejected)
        }
    }
}

extension Outcome {
    var transition: Transition? {
        guard case .apply(let transition) = self else { return nil }
        return transition
    }
}
