/// What a provider is asked to do (`reference/workers.md` §2.7): names and values of the wire plus
/// `key`, which our own providers echo, and `idempotency_key`.
package struct ProviderMessage: Sendable, Equatable {
    package let provider: Provider
    /// The id of the request; a message whose id was sent before is not sent again.
    package let id: LifecycleID
    package let account: AccountID
    package let fields: Fields

    package init(provider: Provider, id: LifecycleID, account: AccountID, fields: Fields) {
        self.provider = provider
        self.id = id
        self.account = account
        self.fields = fields
    }

    /// Placement of a market order.
    package static func place(_ order: Order, request: RequestID, at now: Int64) -> Self {
        let kind = ProviderRequest.Kind.place
        var fields = common(order, kind, at: now)
        fields.append("user_id", order.account.userID)
        fields.append("user_type", order.account.userType.rawValue)
        fields.append("order_quantity", order.quantity.text)
        fields.append(kind.priceField, order.price.text)
        fields.append("idempotency_key", request.text)
        fields["contract_value"] = order.money.contractValue?.text
        return Self(of: order, id: LifecycleID(order.id), fields)
    }

    /// Placement of an order that rests until the market reaches it.
    ///
    /// - Parameter price: what the provider compares with: the user's price and the half spread
    ///   (domain §5).
    package static func placePending(
        _ order: Order, price: Price, request: RequestID, at now: Int64
    ) -> Self {
        let kind = ProviderRequest.Kind.placePending
        var fields = common(order, kind, at: now)
        fields.append(kind.priceField, price.text)
        fields.append("order_quantity", order.quantity.text)
        fields.append("idempotency_key", request.text)
        fields["contract_value"] = order.money.contractValue?.text
        return Self(of: order, id: LifecycleID(order.id), fields)
    }

    /// Change of a resting order, under a modify id of its own: all that it is after the change.
    ///
    /// - Parameters:
    ///   - price: what the provider compares with, as for `placePending`.
    ///   - contractValue: of the new quantity.
    package static func modify(
        _ order: Order, id: LifecycleID, price: Price, quantity: Quantity,
        contractValue: ContractValue, request: RequestID, at now: Int64
    ) -> Self {
        let kind = ProviderRequest.Kind.modify
        var fields = common(order, kind, at: now)
        fields.append(kind.idField, id.text)
        fields.append(kind.priceField, price.text)
        fields.append("order_quantity", quantity.text)
        fields.append("contract_value", contractValue.text)
        fields.append("idempotency_key", request.text)
        return Self(of: order, id: id, fields)
    }

    /// Cancel of a resting order, under a cancel id of its own.
    package static func cancel(
        _ order: Order, id: LifecycleID, request: RequestID, at now: Int64
    ) -> Self {
        let kind = ProviderRequest.Kind.cancel
        var fields = common(order, kind, at: now)
        fields.append(kind.idField, id.text)
        fields.append("idempotency_key", request.text)
        return Self(of: order, id: id, fields)
    }

    /// Close of a position under its close id, at the best price known (the provider decides).
    package static func close(
        _ order: Order, id: LifecycleID, price: Price?, request: RequestID, at now: Int64
    ) -> Self {
        let kind = ProviderRequest.Kind.close
        var fields = common(order, kind, at: now)
        fields.append(kind.idField, id.text)
        fields.append("order_quantity", order.quantity.text)
        fields.append("idempotency_key", request.text)
        fields[kind.priceField] = price?.text
        fields["contract_value"] = order.money.contractValue?.text
        return Self(of: order, id: id, fields)
    }

    /// Placement of a leg: stop loss or take profit at the price that the provider compares with.
    ///
    /// - Parameter request: the command that asked for it; nil for a leg that waited in its order
    ///   for the fill.
    package static func placeLeg(
        _ leg: Leg, of order: Order, id: LifecycleID, price: Price, request: RequestID? = nil,
        at now: Int64
    ) -> Self {
        let kind: ProviderRequest.Kind = leg == .stopLoss ? .setStopLoss : .setTakeProfit
        var fields = common(order, kind, at: now)
        fields.append("order_status", "OPEN")
        fields.append(kind.priceField, price.text)
        fields.append(kind.idField, id.text)
        fields.append("order_quantity", order.quantity.text)
        fields["contract_value"] = order.money.contractValue?.text
        fields["idempotency_key"] = request?.text
        return Self(of: order, id: id, fields)
    }

    /// Cancel of a leg, under a cancel id of its own.
    ///
    /// - Parameter request: the command that asked for it; nil for a leg whose position closed.
    package static func cancelLeg(
        _ leg: Leg, of order: Order, id: LifecycleID, request: RequestID? = nil, at now: Int64
    ) -> Self {
        let kind: ProviderRequest.Kind = leg == .stopLoss ? .cancelStopLoss : .cancelTakeProfit
        var fields = common(order, kind, at: now)
        if let name = kind.legField { fields[name] = order[leg].id?.text }
        fields.append(kind.idField, id.text)
        fields.append(leg.rawValue + "_cancel_id", id.text)
        fields["idempotency_key"] = request?.text
        return Self(of: order, id: id, fields)
    }

    private init(of order: Order, id: LifecycleID, _ fields: Fields) {
        self.init(provider: order.placement.flow, id: id, account: order.account, fields: fields)
    }

    private static func common(
        _ order: Order, _ kind: ProviderRequest.Kind, at now: Int64
    ) -> Fields {
        var fields = Fields([
            .init("v", MessageVersion.current), .init("type", "order"),
            .init("key", order.key.text), .init(kind.orderField, order.id.text),
            .init("symbol", order.symbol.text), .init("order_type", order.type.rawValue),
            .init("status", kind.rawValue), .init("ts", String(now)),
        ])
        fields["account_number"] = order.placement.accountNumber
        return fields
    }
}
