package import Shared

/// Instruments and accounts that tests trade with.
package enum Samples {
    /// Fields of a group's terms: forex in dollars, forex in yen, gold, a coin.
    package static let instruments: [(symbol: String, fields: Fields)] = [
        ("EURUSD", terms(type: "1", contract: "100000", profit: "USD", pip: "0.00001")),
        ("USDJPY", terms(type: "1", contract: "100000", profit: "JPY", pip: "0.001")),
        ("XAUUSD", terms(type: "2", contract: "100", profit: "USD", pip: "0.01")),
        ("BTCUSD", terms(type: "4", contract: "1", profit: "USD", pip: "0.1")),
    ]

    package static let group = "Standard"

    /// How accounts are configured that no command created.
    package static let config = AccountConfig(
        group: group, leverage: 100, sendingOrders: "rock", isEnabled: true, accountNumber: nil)

    private static func terms(
        type: String, contract: String, profit: String, pip: String
    ) -> Fields {
        Fields([
            "group": group, "type": type, "contract_size": contract, "profit": profit,
            "spread": "2", "spread_pip": pip, "commission_rate": "3", "commission_type": "0",
            "commission_value_type": "0", "min_lot": "0.01", "max_lot": "100",
            "lot_step": "0.01",
        ])
    }

    package static func terms(_ symbol: String) throws -> InstrumentTerms {
        let fields = instruments.first { $0.symbol == symbol }?.fields ?? Fields()
        return try InstrumentTerms(symbol: Symbol(symbol), group: group) { fields[$0] }
    }

    /// A market order of one lot, just placed.
    package static func order(
        _ number: Int64, of account: AccountID, symbol: String = "EURUSD", price: Price = 1,
        flow: Provider = .house
    ) throws -> Order {
        let placement = Placement(
            id: OrderID(number: number), account: account, terms: try terms(symbol),
            leverage: 100, flow: flow, accountNumber: nil, placedAs: .buy, createdAt: 0)
        return Order(
            placement: placement, type: .buy, state: .queued, quantity: 1, price: price)
    }
}
