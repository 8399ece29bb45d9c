/// A provider message as our own providers read it from `queue:{provider-<name>:p}`.
package struct ProviderRequest: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case place = "OPEN"
        case close = "CLOSED"
        case placePending = "PENDING"
        case modify = "MODIFY"
        case cancel = "CANCELLED"
        case setStopLoss = "STOPLOSS"
        case setTakeProfit = "TAKEPROFIT"
        case cancelStopLoss = "STOPLOSS-CANCEL"
        case cancelTakeProfit = "TAKEPROFIT-CANCEL"

        /// The field that carries the id under which a request of this kind is answered.
        var idField: String {
            switch self {
            case .place, .placePending: "order_id"
            case .close: "close_id"
            case .modify: "modify_id"
            case .cancel: "cancel_id"
            case .setStopLoss: "stoploss_id"
            case .setTakeProfit: "takeprofit_id"
            case .cancelStopLoss: "stoploss_cancel_id"
            case .cancelTakeProfit: "takeprofit_cancel_id"
            }
        }
    }

    package let kind: Kind
    package let key: OrderKey
    /// The id that the answer reports on.
    package let id: LifecycleID
    package let symbol: Symbol
    package let type: OrderType
    /// Nil where the kind of request names none.
    package let quantity: Quantity?
    /// The request id of the command behind it; nil for requests that no command made.
    package let idempotencyKey: String?

    package init(_ fields: Fields) throws(MessageError) {
        try MessageVersion.check(fields)
        do throws(FieldError) {
            let status = try fields.required("status")
            guard let kind = Kind(rawValue: status) else {
                throw FieldError("status", status, rule: "is no request that this version knows")
            }
            self.kind = kind
            key = try fields.required("key") { try OrderKey(text: $0) }
            id = try fields.required(kind.idField) { try LifecycleID($0) }
            symbol = try fields.required("symbol") { try Symbol($0) }
            type = try fields.required("order_type") { try OrderType(text: $0) }
            quantity = try fields.optional("order_quantity") { try Quantity($0) }
            idempotencyKey = fields.present("idempotency_key")
        } catch {
            throw .unreadable(error)
        }
    }
}
