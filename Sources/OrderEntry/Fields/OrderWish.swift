import Shared

/// What the command of a new order asks for.
struct OrderWish {
    static let fields: Set<String> = [
        "symbol", "order_type", "order_quantity", "order_price", "stop_loss", "take_profit",
        "initiator",
    ]

    let symbol: Symbol
    let type: OrderType
    let quantity: Quantity
    let legs: LegPrices
    let initiator: Initiator?

    /// - Parameter types: what `order_type` may be.
    init(_ fields: CommandFields, types: [OrderType]) throws(Refusal) {
        symbol = try fields.required("symbol") { try Symbol($0) }
        type = try fields.required("order_type") { text in
            guard let type = try? OrderType(text: text), types.contains(type) else {
                let names = types.map(\.rawValue).joined(separator: ", ")
                throw Refusal(.invalidField, "order_type must be one of \(names)")
            }
            return type
        }
        quantity = try fields.positive("order_quantity")
        legs = try LegPrices(fields)
        initiator = try fields.initiator()
    }
}
