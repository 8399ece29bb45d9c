@testable import Shared

/// `42` of `live:7`: one lot of EURUSD through the house.
func testOrder(
    _ state: OrderState = .queued, type: OrderType = .buy, before: OrderState? = nil
) throws -> Order {
    let placement = Placement(
        id: OrderID(number: 42), account: try AccountID(tag: "live:7"), terms: try testTerms(),
        leverage: 100, flow: .house, accountNumber: nil, placedAs: type, createdAt: 5)
    var order = Order(
        placement: placement, type: type, state: state, quantity: 1, price: try Price("1.1"))
    order.stateBefore = before
    return order
}

/// A message about `testOrder`, under its own id unless another is given.
func testMessage(
    _ event: OrderEventKind, on id: String = "42", _ kind: IDKind = .order,
    exec: String? = "X1", quantity: Quantity? = nil, arrival: String = "6-0"
) throws -> OrderMessage {
    OrderMessage(
        key: try testOrder().key, event: event, eventID: EventID(text: "\(id)/\(event)"),
        reportID: try LifecycleID(id), idKind: kind, status: .executed, execID: exec,
        averagePrice: try Price("1.1"), cumulativeQuantity: quantity, reason: nil, timestamp: 1,
        arrival: arrival, report: "{}")
}

extension Seeded {
    mutating func fixed<Unit>() -> Fixed<Unit> { Fixed(raw: raw()) }
    mutating func maybe<Value>(_ make: (inout Seeded) throws -> Value) rethrows -> Value? {
        Bool.random(using: &self) ? try make(&self) : nil
    }
    mutating func one<Value: CaseIterable>(_ type: Value.Type) -> Value {
        let all = Array(Value.allCases)
        return all[Int.random(in: 0..<all.count, using: &self)]
    }
    mutating func text() -> String {
        let words = ["why", "a b", "é=1", "x|y", "\"", "1", "no price", "%", "😀"]
        return words[Int.random(in: 0..<words.count, using: &self)]
    }
    mutating func lifecycleID() -> LifecycleID {
        LifecycleID(one(IDKind.self), number: Int64.random(in: 1...999, using: &self))
    }
    mutating func list() -> NamedList {
        var list = NamedList()
        for _ in 0..<Int.random(in: 0...3, using: &self) {
            list.set("n\(Int.random(in: 1...99, using: &self))", Escape.text(text()))
        }
        return list
    }

    mutating func account() throws -> AccountID {
        try AccountID(one(UserType.self), String(Int.random(in: 1...9_999, using: &self)))
    }

    mutating func terms() throws -> InstrumentTerms {
        try testTerms([
            "type": one(InstrumentType.self).text, "commission_rate": "0.5",
            "commission_type": String(one(CommissionType.self).rawValue),
            "profit": ["USD", "JPY", "EUR"].randomElement(using: &self) ?? "USD",
        ])
    }

    /// An order with any values in any fields, whether they make sense together or not.
    mutating func order() throws -> Order {
        let placement = Placement(
            id: OrderID(number: Int64.random(in: 1...Int64.max, using: &self)),
            account: try account(), terms: try terms(), leverage: fixed(),
            flow: try Provider(Bool.random(using: &self) ? "house" : "barclays"),
            accountNumber: maybe { _ in "A-1" }, placedAs: one(OrderType.self), createdAt: raw())
        var order = Order(
            placement: placement, type: one(OrderType.self), state: one(OrderState.self),
            quantity: fixed(), price: fixed())
        order.stateBefore = maybe { $0.one(OrderState.self) }
        order.stopLoss = leg()
        order.takeProfit = leg()
        order.lastLegRequest = maybe { $0.one(LegRequest.self) }
        order.money = money()
        order.requests = requests()
        order.provider = report()
        order.ids = list()
        order.applied = list()
        order.execs = list()
        order.deadMarks = list()
        order.version = raw()
        order.isLateFill = Bool.random(using: &self)
        order.rejectReason = maybe { $0.text() }
        order.openedAt = maybe { $0.raw() }
        order.cancelledByArrival = maybe { _ in "5-1" }
        order.modifiedByArrival = maybe { _ in "5-2" }
        return order
    }

    private mutating func leg() -> LegOfOrder {
        var leg = LegOfOrder()
        leg.state = one(LegState.self)
        leg.price = maybe { $0.fixed() }
        leg.id = maybe { $0.lifecycleID() }
        leg.cancelID = maybe { $0.lifecycleID() }
        return leg
    }

    private mutating func money() -> OrderMoney {
        var money = OrderMoney()
        money.margin = maybe { $0.fixed() }
        money.reservedMargin = maybe { $0.fixed() }
        money.contractValue = maybe { $0.fixed() }
        money.commissionEntry = maybe { $0.fixed() }
        money.commissionExit = maybe { $0.fixed() }
        money.swap = maybe { $0.fixed() }
        money.profit = maybe { $0.fixed() }
        money.netProfit = maybe { $0.fixed() }
        money.closePrice = maybe { $0.fixed() }
        money.closeMessage = maybe { $0.one(CloseMessage.self) }
        return money
    }

    private mutating func requests() -> OrderRequests {
        var requests = OrderRequests()
        requests.closeID = maybe { $0.lifecycleID() }
        requests.closeInitiator = maybe { $0.one(Initiator.self) }
        requests.modifyID = maybe { $0.lifecycleID() }
        requests.modifyPrice = maybe { $0.fixed() }
        requests.modifyQuantity = maybe { $0.fixed() }
        requests.cancelID = maybe { $0.lifecycleID() }
        requests.placedBy = maybe { _ in "r1" }
        requests.requestedAt = maybe { $0.raw() }
        return requests
    }

    private mutating func report() -> ProviderReport {
        var report = ProviderReport()
        report.status = maybe { $0.one(OrdStatus.self).rawValue }
        report.execID = maybe { $0.text() }
        report.averagePrice = maybe { $0.fixed() }
        report.cumulativeQuantity = maybe { $0.fixed() }
        report.timestamp = maybe { $0.raw() }
        report.reason = maybe { $0.text() }
        return report
    }
}
