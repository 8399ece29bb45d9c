import Shared

/// What the house is asked to do, read from an entry of its queue (`ProviderMessage`).
struct HouseRequest: Sendable, Equatable {
    enum Action: Sendable, Equatable {
        /// Fill a market order.
        case open
        /// Close a position, under the id of the close.
        case close(LifecycleID)
    }

    let key: OrderKey
    let action: Action
    let symbol: Symbol
    /// Of the position, in a close too.
    let side: Side
    /// Lots, above zero.
    let quantity: Quantity

    /// The id that the house reports on.
    var id: LifecycleID {
        switch action {
        case .open: LifecycleID(key.order)
        case .close(let id): id
        }
    }

    /// The id of the one fill that this request can have: a request that is answered twice is
    /// filled once.
    var execID: String {
        switch action {
        case .open: "H:\(key.order):open"
        case .close: "H:\(key.order):close"
        }
    }
}

/// An entry that the house cannot act on.
struct HouseRequestError: Error, Equatable {
    /// `not_served` for what the house does not do, `unreadable`, `unknown_version`.
    let reason: DeadReason
    let detail: String

    static func notServed(_ detail: String) -> Self {
        Self(reason: .notServed, detail: String(detail.prefix(80)))
    }

    static func unreadable(_ error: FieldError) -> Self {
        Self(reason: .unreadable, detail: error.description)
    }
}

extension HouseRequest {
    /// What a provider is told with a market order and with its close; other texts of `status` are
    /// about pending orders and legs.
    private static let placed = "OPEN"
    private static let closed = "CLOSED"

    static func read(_ fields: Fields) throws(HouseRequestError) -> HouseRequest {
        do throws(MessageError) {
            try MessageVersion.check(fields)
        } catch {
            throw HouseRequestError(reason: error.deadReason, detail: error.description)
        }
        let (status, type) = try header(fields)
        guard status == placed || status == closed else {
            throw .notServed("status \(status)")
        }
        guard !type.isPending else { throw .notServed("order_type \(type.rawValue)") }
        do throws(FieldError) {
            return try HouseRequest(fields, type.side, closes: status == closed)
        } catch {
            throw .unreadable(error)
        }
    }

    /// What tells whether the house serves the message at all.
    private static func header(
        _ fields: Fields
    ) throws(HouseRequestError) -> (status: String, type: OrderType) {
        do throws(FieldError) {
            let status = try fields.required("status")
            return (status, try fields.required("order_type") { try OrderType(text: $0) })
        } catch {
            throw .unreadable(error)
        }
    }

    private init(_ fields: Fields, _ side: Side, closes: Bool) throws(FieldError) {
        key = try fields.required("key") { try OrderKey(text: $0) }
        action = closes ? .close(try fields.required("close_id") { try LifecycleID($0) }) : .open
        symbol = try fields.required("symbol") { try Symbol($0) }
        quantity = try fields.required("order_quantity") { try Quantity($0) }
        self.side = side
        guard quantity.isPositive else {
            throw FieldError("order_quantity", quantity.text, rule: "must be above zero")
        }
        let named = try fields.required("order_id")
        guard named == key.order.text else {
            throw FieldError("order_id", named, rule: "is not the order of key")
        }
    }
}
