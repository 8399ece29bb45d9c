package import Shared

/// The house's pending orders and legs (domain §5). Requests change them, ticks fire them; both claim
/// an order in one step of the store, so that only one of the two happens. Each call is one pipelined
/// round trip; an item that failed does not touch the others.
package protocol TriggerStore: AnyObject {
    /// Notes symbols that are about to have triggers, so that somebody looks after them.
    func register(_ symbols: Set<Symbol>) throws(StoreError)

    /// Every symbol that ever had a trigger.
    func registered() throws(StoreError) -> Set<Symbol>

    /// Does what requests ask for and answers them. A request that was answered is answered the
    /// same again and changes nothing.
    func change(_ changes: [TriggerChange]) -> [Result<TriggerReply, StoreError>]

    /// Compares symbols with their ticks since the last time. What fires is a fact from here on: it
    /// is told again until it is said to be reported.
    ///
    /// - Parameter maxPriceAge: ms; older ticks fire nothing.
    func fire(
        _ watches: [TriggerWatch], maxPriceAge: Int64
    ) -> [Result<FireReply, StoreError>]

    /// Writes what rests of orders for other readers (`order_triggers:<order_id>`); an older version
    /// changes nothing.
    func copy(_ copies: [TriggerCopy]) -> [Result<Void, StoreError>]
}

/// What a request wants of an order's triggers.
package struct TriggerChange: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        /// A pending order rests from now on. The price is the one to compare with, without the
        /// half spread (domain §5).
        case rest(OrderType, price: Price, quantity: Quantity)
        /// It rests at another price, for another quantity.
        case move(price: Price, quantity: Quantity)
        case cancel
        /// A leg of a position of a side, under the request's id. The quantity is the position's;
        /// nil where the request does not tell.
        case setLeg(Leg, Side, price: Price, quantity: Quantity?)
        /// The leg that was set under this id.
        case cancelLeg(Leg, id: LifecycleID)
        /// The position closes at this price, as long as that is fresh: its legs fire no more.
        case close(at: Price, Freshness)
    }

    /// The id under which the request is answered.
    package let request: LifecycleID
    package let key: OrderKey
    package let symbol: Symbol
    package let action: Action

    package init(request: LifecycleID, key: OrderKey, symbol: Symbol, action: Action) {
        self.request = request
        self.key = key
        self.symbol = symbol
        self.action = action
    }
}

/// What becomes of a change.
package enum TriggerReply: Sendable, Equatable {
    case answered(TriggerAnswer)
    /// Nothing was changed: the request is to be decided anew.
    case priceTooOld
}

/// The house's answer to a change.
package struct TriggerAnswer: Sendable, Equatable {
    package let status: OrdStatus
    /// Why it was refused; nil where it was not.
    package let reason: String?
    /// The price that was set, or of the close; nil for other answers.
    package let price: Price?
    /// What rests now; nil where the house does not know the order.
    package let copy: TriggerCopy?

    package init(status: OrdStatus, reason: String?, price: Price?, copy: TriggerCopy?) {
        self.status = status
        self.reason = reason
        self.price = price
        self.copy = copy
    }
}

/// What rests of an order, as `order_triggers:<order_id>` tells it.
package struct TriggerCopy: Sendable, Equatable {
    package let order: OrderID
    /// Rises with each change.
    package let version: Int64
    /// Empty where nothing rests.
    package let fields: Fields

    package init(order: OrderID, version: Int64, fields: Fields = Fields()) {
        self.order = order
        self.version = version
        self.fields = fields
    }

    /// - Parameters:
    ///   - type: of the pending order, else of the position.
    ///   - price: of the pending order, nil for a position.
    package init(
        _ key: OrderKey, _ symbol: Symbol, version: Int64, type: String, quantity: String,
        price: String?, stopLoss: String?, takeProfit: String?
    ) {
        order = key.order
        self.version = version
        guard price != nil || stopLoss != nil || takeProfit != nil else {
            fields = Fields()
            return
        }
        var fields = Fields([
            .init("order_id", key.order.text), .init("symbol", symbol.text),
            .init("order_type", type), .init("user_type", key.account.userType.rawValue),
            .init("user_id", key.account.userID),
        ])
        fields["order_quantity"] = quantity.isEmpty ? nil : quantity
        fields["order_price_compare"] = price
        fields["stop_loss_compare"] = stopLoss
        fields["take_profit_compare"] = takeProfit
        self.fields = fields
    }
}

/// One look of a symbol's owner at its triggers.
package struct TriggerWatch: Sendable, Equatable {
    package let symbol: Symbol
    /// Of the lease on the symbol; without it nothing fires.
    package let nonce: LeaseNonce
    /// Exec ids of fills that were reported since the last look.
    package var reported: [String]

    package init(symbol: Symbol, nonce: LeaseNonce, reported: [String] = []) {
        self.symbol = symbol
        self.nonce = nonce
        self.reported = reported
    }
}

package enum FireReply: Sendable, Equatable {
    /// The lease on the symbol is somebody else's.
    case leaseLost
    /// All fills of the symbol that are not reported yet, and whether there is more to compare.
    case fired([TriggerFill], hasMore: Bool)
}

/// A trigger that has fired. It is told the same way each time until it is reported.
package struct TriggerFill: Sendable, Equatable {
    /// `H:<order>:<kind>`, kind `open`, `sl` or `tp`: one fill, however often it is reported.
    package let execID: String
    /// The order's own id, or the leg's.
    package let id: LifecycleID
    package let key: OrderKey
    /// What the market was at when it fired.
    package let price: Price
    /// Lots; nil where the leg's request did not tell.
    package let quantity: Quantity?
    /// When it fired, ms by the clock of the server that holds the triggers.
    package let timestamp: Int64
    /// Of the copy, which tells that nothing rests any more.
    package let version: Int64

    package init(
        execID: String, id: LifecycleID, key: OrderKey, price: Price, quantity: Quantity?,
        timestamp: Int64, version: Int64
    ) {
        self.execID = execID
        self.id = id
        self.key = key
        self.price = price
        self.quantity = quantity
        self.timestamp = timestamp
        self.version = version
    }
}

/// Hears of new ticks; on one thread, with a connection of its own.
package protocol TickListener: AnyObject {
    /// Symbols with new ticks; waits for the first one. What is told while the connection is away
    /// is not heard, so whoever listens looks at everything once in a while all the same.
    func heard(within timeout: Duration) -> Set<Symbol>
}
