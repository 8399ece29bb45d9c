/// One order: what its holdings hash holds. The loop loads it, a decision makes the next one from
/// it, and a script writes what differs.
package struct Order: Sendable, Equatable {
    package let placement: Placement
    package var type: OrderType
    package var state: OrderState
    /// The state that a rejected modify or cancel returns to.
    package var stateBefore: OrderState?
    /// Lots.
    package var quantity: Quantity
    /// The price asked for until the fill, the entry price after it (`order_price`).
    package var price: Price
    package var stopLoss = LegOfOrder()
    package var takeProfit = LegOfOrder()
    package var lastLegRequest: LegRequest?
    package var money = OrderMoney()
    package var requests = OrderRequests()
    package var provider = ProviderReport()
    /// Every id of the order but its own, with its kind.
    package var ids = NamedList()
    /// Event id → `version` that it made.
    package var applied = NamedList()
    /// Exec id of a booked fill → `version` that it made.
    package var execs = NamedList()
    /// Event id marked dead → the reason.
    package var deadMarks = NamedList()
    /// Rises by one with each transition of this order.
    package var version: Int64 = 0
    /// Set by a fill after a cancel or a refusal (domain §3).
    package var isLateFill = false
    package var rejectReason: String?
    /// When it became a position, ms by Redis' clock.
    package var openedAt: Int64?
    /// Entry id, in `queue:{reports:p}`, of the report that cancelled the order: a replacement must
    /// lie behind it (domain §3).
    package var cancelledByArrival: String?
    /// Entry id, there, of the report that confirmed the last change. A cancel that lies before it was
    /// half of that change, whichever worker came first.
    package var modifiedByArrival: String?

    package init(
        placement: Placement, type: OrderType, state: OrderState, quantity: Quantity, price: Price
    ) {
        self.placement = placement
        self.type = type
        self.state = state
        self.quantity = quantity
        self.price = price
    }

    package var id: OrderID { placement.id }
    package var account: AccountID { placement.account }
    package var terms: InstrumentTerms { placement.terms }
    package var symbol: Symbol { placement.terms.symbol }
    package var side: Side { type.side }
    package var key: OrderKey { OrderKey(account, id) }

    /// The kind of an id that a provider reports on; nil where the order never had it.
    package func kind(of id: LifecycleID) -> IDKind? {
        if id.text == placement.id.text { return .order }
        return ids[id.text].flatMap { IDKind(rawValue: String($0)) }
    }

    package subscript(leg: Leg) -> LegOfOrder {
        get { leg == .stopLoss ? stopLoss : takeProfit }
        set {
            switch leg {
            case .stopLoss: stopLoss = newValue
            case .takeProfit: takeProfit = newValue
            }
        }
    }
}

/// One leg of an order. A price with state `none` waits for the fill.
package struct LegOfOrder: Sendable, Equatable {
    package var state: LegState = .none
    /// The user's price.
    package var price: Price?
    package var id: LifecycleID?
    package var cancelID: LifecycleID?

    package init() {}
}

/// The money of an order, in dollars.
package struct OrderMoney: Sendable, Equatable {
    /// Margin at the fill price, of this order alone.
    package var margin: Money?
    /// Margin at the price asked for, while the order is queued.
    package var reservedMargin: Money?
    /// Units, not money: contract size × lots (the reference's name).
    package var contractValue: ContractValue?
    package var commissionEntry: Money?
    package var commissionExit: Money?
    package var swap: Money?
    package var profit: Money?
    package var netProfit: Money?
    package var closePrice: Price?
    package var closeMessage: CloseMessage?

    package init() {}

    /// What the order has cost so far: its entry, and once it is closed its exit (the reference's
    /// name). Nil where there is none; the sum was in range when it was booked.
    package var commission: Money? {
        guard let entry = commissionEntry, let exit = commissionExit else {
            return commissionEntry
        }
        return try? entry + exit
    }
}

/// The current request of each kind. An answer other than a fill applies only to these.
package struct OrderRequests: Sendable, Equatable {
    package var closeID: LifecycleID?
    package var closeInitiator: Initiator?
    package var modifyID: LifecycleID?
    package var modifyPrice: Price?
    package var modifyQuantity: Quantity?
    package var cancelID: LifecycleID?
    /// The request that placed the order; the provider gets it as its idempotency key.
    package var placedBy: String?
    /// When the last request was made, ms by Redis' clock; what shows an answer that never came.
    package var requestedAt: Int64?

    package init() {}
}

/// What the provider reported last, as the reference keeps it.
package struct ProviderReport: Sendable, Equatable {
    package var status: String?
    package var execID: String?
    package var averagePrice: Price?
    package var cumulativeQuantity: Quantity?
    package var timestamp: Int64?
    package var reason: String?

    package init() {}
}
