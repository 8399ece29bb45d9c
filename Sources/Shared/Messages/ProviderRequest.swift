/// A provider message as our own providers read it from `queue:{provider-<name>:p}`: whatever
/// `ProviderMessage` makes, read back.
package struct ProviderRequest: Sendable, Equatable {
    package let kind: Kind
    package let key: OrderKey
    /// The id that the answer reports on.
    package let id: LifecycleID
    /// Whom a cancel of a leg is about: the id under which the leg was placed. Nil for every other
    /// kind of request, which is about the order of `key`.
    package let legID: LifecycleID?
    package let symbol: Symbol
    /// Of the order as it was when it was asked: BUY or SELL for all about a position.
    package let type: OrderType
    /// Lots: of the order or position, above zero; for a modify those that are wanted. Nil for
    /// cancels, and where a leg's message names none.
    package let quantity: Quantity?
    /// The price that the request is about, half spread and all (domain §5). Above zero for what a
    /// pending order or a leg waits for, and what a modify wants. For a market order and a close
    /// what their sender last saw, which binds nobody and may be nil. Nil for cancels.
    package let price: Price?
    /// Units of the instrument; nil where the message names none.
    package let contractValue: ContractValue?
    package let accountNumber: String?
    /// The request id of the command behind it; nil for requests that no command made.
    package let idempotencyKey: String?

    package var account: AccountID { key.account }
    package var order: OrderID { key.order }
    /// Of the position, or of the one that a pending order becomes.
    package var side: Side { type.side }

    /// Reads an entry. What it throws names the first field that is missing, malformed, or
    /// contradicts another one.
    package init(_ fields: Fields) throws(MessageError) {
        try MessageVersion.check(fields)
        do throws(FieldError) {
            try self.init(reading: fields)
        } catch {
            throw .unreadable(error)
        }
    }

    private init(reading fields: Fields) throws(FieldError) {
        let status = try fields.required("status")
        guard let kind = Kind(rawValue: status) else {
            throw FieldError("status", status, rule: "is no request that this version knows")
        }
        self.kind = kind
        key = try fields.required("key") { try OrderKey(text: $0) }
        let named = try fields.required(kind.orderField)
        guard named == key.order.text else {
            throw FieldError(kind.orderField, named, rule: "is not the order of key")
        }
        id = try fields.required(kind.idField) { try LifecycleID($0) }
        legID = try kind.legField.map { name throws(FieldError) in
            try fields.required(name) { try LifecycleID($0) }
        }
        symbol = try fields.required("symbol") { try Symbol($0) }
        type = try fields.required("order_type") { try OrderType(text: $0) }
        guard type.isPending == kind.isAboutResting else {
            throw FieldError("order_type", type.rawValue, rule: "does not go with \(status)")
        }
        quantity = try Self.number("order_quantity", kind.quantityUse, fields)
        price = try Self.number(kind.priceField, kind.priceUse, fields)
        contractValue = try fields.optional("contract_value") { try ContractValue($0) }
        accountNumber = fields.present("account_number")
        idempotencyKey = fields.present("idempotency_key")
    }

    private static func number<Unit>(
        _ name: String, _ use: FieldUse, _ fields: Fields
    ) throws(FieldError) -> Fixed<Unit>? {
        switch use {
        case .absent: return nil
        case .optional: return try fields.optional(name) { try Fixed($0) }
        case .required:
            let value: Fixed<Unit> = try fields.required(name) { try Fixed($0) }
            guard value.isPositive else {
                throw FieldError(name, value.text, rule: "must be above zero")
            }
            return value
        }
    }
}
