/// The fields of the holdings hash that transitions change, each once: name, how it is written, how
/// it is read. Names are the reference's where it has them.
extension Order {
    struct FieldRule: Sendable {
        let name: String
        let get: @Sendable (Order) -> String?
        let set: @Sendable (inout Order, String) throws -> Void
    }

    // swift-format-ignore
    static let rules: [FieldRule] = [
        .init(name: "state", get: { $0.state.rawValue },
              set: { $0.state = try known("state", $1) }),
        .init(name: "state_before", get: { $0.stateBefore?.rawValue },
              set: { $0.stateBefore = try known("state_before", $1) }),
        .init(name: "order_type", get: { $0.type.rawValue },
              set: { $0.type = try OrderType(text: $1) }),
        .init(name: "order_quantity", get: { $0.quantity.text },
              set: { $0.quantity = try Quantity($1) }),
        .init(name: "order_price", get: { $0.price.text }, set: { $0.price = try Price($1) }),
        .init(name: "version", get: { String($0.version) },
              set: { $0.version = try Number.int64($1) }),
        .init(name: "ids", get: { filled($0.ids) }, set: { $0.ids = NamedList(text: $1) }),
        .init(name: "applied", get: { filled($0.applied) },
              set: { $0.applied = NamedList(text: $1) }),
        .init(name: "execs", get: { filled($0.execs) }, set: { $0.execs = NamedList(text: $1) }),
        .init(name: "dead", get: { filled($0.deadMarks) },
              set: { $0.deadMarks = NamedList(text: $1) }),
        .init(name: "late_fill", get: { $0.isLateFill ? "1" : nil },
              set: { $0.isLateFill = $1 == "1" }),
        .init(name: "reject_reason", get: { $0.rejectReason }, set: { $0.rejectReason = $1 }),
        .init(name: "cancelled_by_arrival", get: { $0.cancelledByArrival },
              set: { $0.cancelledByArrival = $1 }),
        .init(name: "modified_by_arrival", get: { $0.modifiedByArrival },
              set: { $0.modifiedByArrival = $1 }),
        .init(name: "stop_loss", get: { $0.stopLoss.price?.text },
              set: { $0.stopLoss.price = try Price($1) }),
        .init(name: "stop_loss_state", get: { text($0.stopLoss.state) },
              set: { $0.stopLoss.state = try known("stop_loss_state", $1) }),
        .init(name: "stoploss_id", get: { $0.stopLoss.id?.text },
              set: { $0.stopLoss.id = try LifecycleID($1) }),
        .init(name: "stoploss_cancel_id", get: { $0.stopLoss.cancelID?.text },
              set: { $0.stopLoss.cancelID = try LifecycleID($1) }),
        .init(name: "take_profit", get: { $0.takeProfit.price?.text },
              set: { $0.takeProfit.price = try Price($1) }),
        .init(name: "take_profit_state", get: { text($0.takeProfit.state) },
              set: { $0.takeProfit.state = try known("take_profit_state", $1) }),
        .init(name: "takeprofit_id", get: { $0.takeProfit.id?.text },
              set: { $0.takeProfit.id = try LifecycleID($1) }),
        .init(name: "takeprofit_cancel_id", get: { $0.takeProfit.cancelID?.text },
              set: { $0.takeProfit.cancelID = try LifecycleID($1) }),
        .init(name: "leg_request", get: { $0.lastLegRequest?.rawValue },
              set: { $0.lastLegRequest = try known("leg_request", $1) }),
        .init(name: "margin", get: { $0.money.margin?.text },
              set: { $0.money.margin = try Money($1) }),
        .init(name: "reserved_margin", get: { $0.money.reservedMargin?.text },
              set: { $0.money.reservedMargin = try Money($1) }),
        .init(name: "contract_value", get: { $0.money.contractValue?.text },
              set: { $0.money.contractValue = try ContractValue($1) }),
        .init(name: "commission_entry", get: { $0.money.commissionEntry?.text },
              set: { $0.money.commissionEntry = try Money($1) }),
        .init(name: "commission_exit", get: { $0.money.commissionExit?.text },
              set: { $0.money.commissionExit = try Money($1) }),
        .init(name: "swap", get: { $0.money.swap?.text }, set: { $0.money.swap = try Money($1) }),
        .init(name: "profit_usd", get: { $0.money.profit?.text },
              set: { $0.money.profit = try Money($1) }),
        .init(name: "net_profit", get: { $0.money.netProfit?.text },
              set: { $0.money.netProfit = try Money($1) }),
        .init(name: "close_price", get: { $0.money.closePrice?.text },
              set: { $0.money.closePrice = try Price($1) }),
        .init(name: "close_message", get: { $0.money.closeMessage?.rawValue },
              set: { $0.money.closeMessage = try known("close_message", $1) }),
        .init(name: "close_id", get: { $0.requests.closeID?.text },
              set: { $0.requests.closeID = try LifecycleID($1) }),
        .init(name: "close_initiator", get: { $0.requests.closeInitiator?.rawValue },
              set: { $0.requests.closeInitiator = try Initiator(text: $1) }),
        .init(name: "modify_id", get: { $0.requests.modifyID?.text },
              set: { $0.requests.modifyID = try LifecycleID($1) }),
        .init(name: "pending_modify_price_user", get: { $0.requests.modifyPrice?.text },
              set: { $0.requests.modifyPrice = try Price($1) }),
        .init(name: "pending_modify_quantity_user", get: { $0.requests.modifyQuantity?.text },
              set: { $0.requests.modifyQuantity = try Quantity($1) }),
        .init(name: "cancel_id", get: { $0.requests.cancelID?.text },
              set: { $0.requests.cancelID = try LifecycleID($1) }),
        .init(name: "opened_at", get: { $0.openedAt.map { String($0) } },
              set: { $0.openedAt = try Number.int64($1) }),
        .init(name: "placed_by", get: { $0.requests.placedBy },
              set: { $0.requests.placedBy = $1 }),
        .init(name: "requested_at", get: { $0.requests.requestedAt.map { String($0) } },
              set: { $0.requests.requestedAt = try Number.int64($1) }),
        .init(name: "provider_ord_status", get: { $0.provider.status },
              set: { $0.provider.status = $1 }),
        .init(name: "provider_exec_id", get: { $0.provider.execID },
              set: { $0.provider.execID = $1 }),
        .init(name: "provider_avspx", get: { $0.provider.averagePrice?.text },
              set: { $0.provider.averagePrice = try Price($1) }),
        .init(name: "provider_cumqty", get: { $0.provider.cumulativeQuantity?.text },
              set: { $0.provider.cumulativeQuantity = try Quantity($1) }),
        .init(name: "provider_ts", get: { $0.provider.timestamp.map { String($0) } },
              set: { $0.provider.timestamp = try Number.int64($1) }),
        .init(name: "provider_reason", get: { $0.provider.reason },
              set: { $0.provider.reason = $1 }),
    ]

    private static let ruleByName: [String: FieldRule] = Dictionary(
        uniqueKeysWithValues: rules.map { ($0.name, $0) })

    /// Reads a holdings hash.
    package init(_ fields: Fields, account: AccountID) throws(FieldError) {
        let placement = try Placement(fields, account: account)
        self.init(
            placement: placement, type: placement.placedAs,
            state: try fields.required("state") { try Order.known("state", $0) },
            quantity: try fields.required("order_quantity") { try Quantity($0) },
            price: try fields.required("order_price") { try Price($0) })
        for field in fields.list where !field.value.isEmpty {
            guard let rule = Order.ruleByName[field.name] else { continue }
            do {
                try rule.set(&self, field.value)
            } catch {
                throw FieldError(field.name, field.value, rule: "\(error)")
            }
        }
    }

    /// The fields that transitions change, without those that have no value; with the three
    /// status texts of the reference.
    package var changingFields: Fields {
        var fields = Fields()
        appendChangingFields(to: &fields)
        return fields
    }

    private func appendChangingFields(to fields: inout Fields) {
        fields.reserve(fields.list.count + 40)
        for rule in Order.rules {
            if let value = rule.get(self) { fields.append(rule.name, value) }
        }
        let texts = ReferenceStatus(state, lastLegRequest: lastLegRequest)
        fields.append("status", texts.status)
        fields.append("order_status", texts.orderStatus)
        fields.append("execution_status", texts.executionStatus)
        if let commission = money.commission?.text { fields.append("commission", commission) }
    }

    /// Every field of the holdings hash.
    package var fields: Fields {
        var fields = placement.fields
        appendChangingFields(to: &fields)
        return fields
    }

    /// The names of `changingFields`, to tell which of a loaded hash are gone.
    package static let changingNames: Set<String> = Set(
        rules.map(\.name) + ["status", "order_status", "execution_status", "commission"])

    /// The names of every field that a holdings hash may have.
    package static let allNames: Set<String> = changingNames.union(Placement.names)

    private static func known<Value: RawRepresentable>(
        _ field: String, _ text: String
    ) throws(FieldError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw FieldError(field, text, rule: "is no value that this version knows")
        }
        return value
    }

    private static func filled(_ list: NamedList) -> String? { list.isEmpty ? nil : list.text }
    private static func text(_ state: LegState) -> String? {
        state == .none ? nil : state.rawValue
    }
}
