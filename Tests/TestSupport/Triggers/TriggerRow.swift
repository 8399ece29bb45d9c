package import Shared

/// One line of the house's decision table (domain §5): what rests at which price of the user's, what
/// the market is, and at what it fires. Every store of triggers is held to the same lines.
package struct TriggerRow: Sendable, CustomStringConvertible {
    package enum Resting: Sendable, Hashable {
        case pending(OrderType)
        case leg(Leg, Side)
    }

    package let resting: Resting
    /// The user's price.
    package let price: String
    package let halfSpread: String
    package let bid: String
    package let ask: String
    /// The price of the fill; nil where nothing fires.
    package let fill: String?

    /// What the provider is sent, as order-entry makes it.
    package var sent: Price {
        get throws {
            let price = try Price(price)
            let spread = try Price(halfSpread)
            switch resting {
            case .pending(let type):
                return try PriceRules.pendingPriceSent(
                    side: type.side, price: price, halfSpread: spread)
            case .leg(_, let side):
                return try PriceRules.legPriceSent(side: side, price: price, halfSpread: spread)
            }
        }
    }

    package var description: String {
        "\(resting) \(price) with \(halfSpread) at \(bid)/\(ask)"
    }

    private init(
        _ resting: Resting, _ price: String, _ halfSpread: String, _ bid: String, _ ask: String,
        _ fill: String?
    ) {
        self.resting = resting
        self.price = price
        self.halfSpread = halfSpread
        self.bid = bid
        self.ask = ask
        self.fill = fill
    }

    package static let all: [TriggerRow] = pending + legs + spreads

    private static let pending: [TriggerRow] = [
        row(.buyLimit, "1.0996", "1.0999", "1.0999"), row(.buyLimit, "1.0997", "1.1", nil),
        row(.buyLimit, "0.9", "0.95", "0.95"), row(.buyLimit, "1.0999", "1.10000001", nil),
        row(.buyStop, "1.0996", "1.0999", "1.0999"), row(.buyStop, "1.0996", "1.0998", nil),
        row(.buyStop, "1.2", "1.3", "1.3"), row(.buyStop, "1.2", "1.09989999", nil),
        row(.sellLimit, "1.1001", "1.1005", "1.1001"), row(.sellLimit, "1.1", "1.2", nil),
        row(.sellLimit, "1.3", "1.4", "1.3"), row(.sellLimit, "1.10009999", "1.4", nil),
        row(.sellStop, "1.1001", "1.1005", "1.1001"), row(.sellStop, "1.1002", "1.2", nil),
        row(.sellStop, "0.9", "1", "0.9"), row(.sellStop, "1.10010001", "1.1", nil),
    ]

    private static let legs: [TriggerRow] = [
        row(.stopLoss, .buy, "1.1001", "1.2", "1.1001"), row(.stopLoss, .buy, "1.1002", "1", nil),
        row(.stopLoss, .buy, "0.5", "2", "0.5"),
        row(.takeProfit, .buy, "1.1001", "1.2", "1.1001"),
        row(.takeProfit, .buy, "1.1", "1.2", nil), row(.takeProfit, .buy, "3", "4", "3"),
        row(.stopLoss, .sell, "1", "1.0999", "1.0999"),
        row(.stopLoss, .sell, "1.2", "1.0998", nil), row(.stopLoss, .sell, "1", "5", "5"),
        row(.takeProfit, .sell, "1", "1.0999", "1.0999"),
        row(.takeProfit, .sell, "1", "1.1", nil), row(.takeProfit, .sell, "1", "1.01", "1.01"),
    ]

    /// No spread, a wide one, and prices of more digits than a double tells apart.
    private static let spreads: [TriggerRow] = [
        TriggerRow(.pending(.buyLimit), "1.1", "0", "1", "1.1", "1.1"),
        TriggerRow(.pending(.sellLimit), "1.1", "0", "1.1", "1.2", "1.1"),
        TriggerRow(.pending(.buyStop), "2400", "12.5", "2380", "2387.5", "2387.5"),
        TriggerRow(.pending(.sellStop), "2400", "12.5", "2412.5", "2420", "2412.5"),
        TriggerRow(.leg(.stopLoss, .buy), "150", "0.015", "150.015", "150.1", "150.015"),
        TriggerRow(.leg(.stopLoss, .buy), "150", "0.015", "150.016", "150.1", nil),
        TriggerRow(
            .pending(.buyLimit), "9007199254.74099302", "0", "1", "9007199254.74099301",
            "9007199254.74099301"),
        TriggerRow(
            .pending(.buyLimit), "9007199254.74099301", "0", "1", "9007199254.74099302", nil),
        TriggerRow(
            .pending(.buyStop), "9007199254.74099302", "0", "1", "9007199254.74099301", nil),
        TriggerRow(
            .pending(.buyStop), "9007199254.74099301", "0", "1", "9007199254.74099301",
            "9007199254.74099301"),
    ]

    private static func row(
        _ type: OrderType, _ bid: String, _ ask: String, _ fill: String?
    ) -> TriggerRow {
        TriggerRow(.pending(type), "1.1", "0.0001", bid, ask, fill)
    }

    private static func row(
        _ leg: Leg, _ side: Side, _ bid: String, _ ask: String, _ fill: String?
    ) -> TriggerRow {
        TriggerRow(.leg(leg, side), "1.1", "0.0001", bid, ask, fill)
    }
}
