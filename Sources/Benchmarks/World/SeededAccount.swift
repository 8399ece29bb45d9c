import ServiceRuntime
import Shared

/// One account as it stands before a run, made by the very transitions that brought it there.
struct SeededAccount {
    private(set) var account: Account
    /// The records of all its transitions, oldest first.
    private(set) var records: [Record] = []
    /// What its provider is asked for, of legs.
    private(set) var requests: [ProviderMessage] = []
    private var events: [OrderID: [EventID]] = [:]
    private let scene: Scene
    private let prices: Prices

    /// Both symbols are in dollars; the terms are those of the demo's group `STANDARD`.
    static let symbols = ["EURUSD", "GBPUSD"]

    init(_ index: Int, of scene: Scene, prices: Prices) throws {
        self.scene = scene
        self.prices = prices
        account = Account(
            id: try Scene.account(index), portfolio: nil, config: nil, book: Book(), orders: [:],
            answers: [:])
        try create(index)
        for place in 0..<scene.ordersPerAccount { try trade(index, place) }
    }

    /// What one script writes so that Redis holds all this. The account did not exist before, and
    /// of its records only the last is left to publish.
    ///
    /// - Parameter now: the server's time, ms.
    func write(at now: Int64) throws -> AccountWrite {
        let nothing = Account(
            id: account.id, portfolio: nil, config: nil, book: Book(), orders: [:], answers: [:])
        return try AccountWrite(
            from: LoadedAccount(
                account: nothing, orderFields: [:], marginFields: [], outbox: [], now: now),
            to: account, records: records.suffix(1), events: events, answers: [],
            retention: AccountWrite.Retention(order: 3_600_000))
    }

    private mutating func take(_ transition: Transition) throws {
        let number = UInt64(records.count)
        let (next, record) = try account.applying(
            transition, at: prices, random: 0x9e37_79b9_7f4a_7c15 &* (number + 1),
            now: Scene.start)
        account = next
        records.append(record)
        if let order = transition.order { events[order.id, default: []].append(transition.eventID) }
    }

    private mutating func create(_ index: Int) throws {
        let config = AccountConfig(
            group: "STANDARD", leverage: 100, sendingOrders: "rock", isEnabled: true,
            accountNumber: String(70_000_000 + index))
        try take(
            Transition(
                .accountCreated, EventID(request: try RequestID("create-\(index)")),
                config: config))
        try take(
            Transition(
                .balanceChanged, EventID(request: try RequestID("deposit-\(index)")),
                ledger: [LedgerEntry(.deposit, 100_000)]))
    }

    /// The order up to the request that its provider will answer.
    private mutating func trade(_ index: Int, _ place: Int) throws {
        let id = scene.orderID(index, place)
        let life = scene.life(place)
        try submit(id, place, rests: life.rests)
        switch life {
        case .fill, .rest, .rejection: return
        case .close, .stopLoss, .takeProfit: try open(id)
        case .change, .cancel: try confirm(id)
        }
        try ask(life, id, index)
    }

    private mutating func submit(_ id: OrderID, _ place: Int, rests: Bool) throws {
        try take(
            Transition(
                rests ? .orderPendingPlaced : .orderPlaced,
                EventID(request: try RequestID("place-\(id)")),
                order: try placed(id, place, rests: rests), newIDs: [LifecycleID(id)]))
    }

    private mutating func open(_ id: OrderID) throws {
        var order = try kept(id)
        try fill(&order)
        try take(
            Transition(
                .orderOpenConfirmed,
                EventID(reported: LifecycleID(id), status: .executed, identity: .exec("F\(id)")),
                order: order))
    }

    private mutating func confirm(_ id: OrderID) throws {
        var order = try kept(id)
        order.state = .pending
        try take(
            Transition(
                .orderPendingConfirmed,
                EventID(reported: LifecycleID(id), status: .pending, identity: .exec("F\(id)")),
                order: order))
    }

    /// The request that is on its way, as order-entry makes it.
    private mutating func ask(_ life: Life, _ id: OrderID, _ index: Int) throws {
        let kind = life.answers[0].kind
        let request = scene.requestID(kind, id)
        var order = try kept(id)
        var type = EventType.orderCloseIDUpdate
        order.ids.set(request.text, kind.rawValue)
        order.requests.requestedAt = Scene.start
        switch life {
        case .close:
            order.state = .closing
            order.requests.closeID = request
            order.requests.closeInitiator = .user
        case .change:
            type = .orderModifyRequested
            order.stateBefore = .pending
            order.state = .modifying
            order.requests.modifyID = request
            order.requests.modifyPrice = try Price("1.0849")
        case .cancel:
            type = .orderCancelRequested
            order.stateBefore = .pending
            order.state = .cancelling
            order.requests.cancelID = request
        case .stopLoss, .takeProfit:
            let leg: Leg = life == .stopLoss ? .stopLoss : .takeProfit
            type = leg == .stopLoss ? .orderStopLossRequested : .orderTakeProfitRequested
            let price = try SeededAccount.price(of: leg, order.side, index)
            order[leg].state = .placing
            order[leg].price = price
            order[leg].id = request
            order.lastLegRequest = leg.request
            requests.append(.placeLeg(leg, of: order, id: request, price: price, at: Scene.start))
        case .fill, .rest, .rejection: return
        }
        try take(
            Transition(
                type, EventID(request: try RequestID("ask-\(id)")), order: order,
                newIDs: [request]))
    }

    private static func price(of leg: Leg, _ side: Side, _ index: Int) throws -> Price {
        guard (leg == .stopLoss) == (side == .buy) else { return try Price("1.09") }
        return try Price(index < Scene.nearStops ? "1.08" : "1.07")
    }

    private func kept(_ id: OrderID) throws -> Order {
        guard case .kept(let order)? = account.orders[id] else {
            throw BenchmarkError("order \(id) was not kept")
        }
        return order
    }

    private func placed(_ id: OrderID, _ place: Int, rests: Bool) throws -> Order {
        let terms = try SeededAccount.terms(SeededAccount.symbols[place % 2])
        let isSale = place % 3 == 2
        let type: OrderType = rests ? isSale ? .sellStop : .buyStop : isSale ? .sell : .buy
        var order = Order(
            placement: Placement(
                id: id, account: account.id, terms: terms, leverage: 100, flow: .house,
                accountNumber: account.config?.accountNumber, placedAs: type,
                createdAt: Scene.start),
            type: type, state: rests ? .pendingQueued : .queued, quantity: try Quantity("0.1"),
            price: try Price("1.085"))
        if !rests {
            order.money.reservedMargin = try MarginRules.orderMargin(
                terms: terms, leverage: 100, quantity: order.quantity, price: order.price,
                conversion: .identity)
        }
        order.money.contractValue = try MarginRules.contractValue(
            terms: terms, quantity: order.quantity)
        order.requests.placedBy = "place-\(id)"
        order.requests.requestedAt = Scene.start
        return order
    }

    /// What `worker-open` makes of a fill.
    private func fill(_ order: inout Order) throws {
        order.state = .open
        order.openedAt = Scene.start
        order.money.margin = order.money.reservedMargin
        order.money.reservedMargin = nil
        order.money.commissionEntry = try CommissionRules.entry(
            terms: order.terms, quantity: order.quantity, price: order.price,
            conversion: .identity)
        order.execs.set("F\(order.id)", String(order.version + 1))
        order.provider.status = OrdStatus.executed.rawValue
        order.provider.execID = "F\(order.id)"
        order.provider.averagePrice = order.price
    }

    private static func terms(_ symbol: String) throws -> InstrumentTerms {
        let fields = Fields([
            "group": "STANDARD", "type": "1", "contract_size": "100000", "profit": "USD",
            "spread": "2", "spread_pip": "0.0001", "commission_rate": "7",
            "commission_type": "0", "commission_value_type": "0", "min_lot": "0.01",
            "max_lot": "100", "lot_step": "0.01",
        ])
        return try InstrumentTerms(symbol: Symbol(symbol), group: "STANDARD") { fields[$0] }
    }
}
