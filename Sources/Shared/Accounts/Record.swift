/// All effects of one transition: what its event says, what providers are sent, which ids lead to
/// the order. It lies in the outbox until it is published, so whoever repeats it sends the same
/// (architecture §3).
package struct Record: Sendable, Equatable {
    package let account: AccountID
    /// `orders_version` after the transition.
    package let number: Int64
    package let token: OrdersToken
    /// Redis' time of the decision, ms.
    package let timestamp: Int64
    /// The order and its symbol, for `order_data`; nil for steps of the account alone.
    package let identity: Identity?
    /// Ids that lead to the order from now on.
    package let lookups: [LifecycleID]
    package let sends: [ProviderMessage]
    /// The request that was answered, to be announced.
    package let answered: RequestID?
    /// The event: the order's snapshot and the account's totals under the reference's names.
    package private(set) var event: Fields

    /// Whether it is the record of a placement, which first ties the order's id to its account.
    package var placesOrder: Bool { event["order_version"] == "1" }

    package struct Identity: Sendable, Equatable {
        package let order: OrderID
        package let symbol: Symbol
    }

    init(
        _ transition: Transition, account: Account, portfolio: Portfolio, from: OrderState?,
        order: Order?, now: Int64
    ) {
        self.account = account.id
        number = portfolio.version
        token = portfolio.token
        timestamp = now
        identity = order.map { Identity(order: $0.id, symbol: $0.symbol) }
        lookups = transition.newIDs
        sends = transition.sends
        answered = transition.answer?.request
        var event = Fields([
            .init("v", MessageVersion.current), .init("type", transition.type.rawValue),
            .init("user_type", account.id.userType.rawValue), .init("user_id", account.id.userID),
            .init("orders_version", String(number)), .init("orders_token", token.text),
            .init("event_id", transition.eventID.text), .init("ts", String(now)),
        ])
        // About as many as an order's snapshot and what comes with it.
        event.reserve(96)
        if let order {
            event.append("key", order.key.text)
            event.append("order_version", String(order.version))
            event["from_state"] = from?.rawValue
            event.append("to_state", order.state.rawValue)
            let active = account.book.records.values.count { record in
                record.hasPrefix(order.symbol.text + "|")
            }
            event.append("symbol_active", String(active))
            Record.merge(order.fields, into: &event)
        }
        if let config = transition.config { Record.merge(config.fields, into: &event) }
        if !transition.ledger.isEmpty {
            event.append(
                "ledger",
                transition.ledger.map { "\($0.kind.rawValue)=\($0.amount.text)" }
                    .joined(separator: " "))
        }
        if let answer = transition.answer {
            event.append("request_id", answer.request.text)
            event.append("request_digest", answer.result.digest)
            event["lifecycle_id"] = answer.result.lifecycleID?.text
        }
        for detail in transition.details.list { event[detail.name] = detail.value }
        self.event = event
    }

    mutating func addTotals(of portfolio: Portfolio) throws(NumberError) {
        for field in try portfolio.fields().list where !field.name.hasPrefix("orders_") {
            // No name of a total is a name of an order's field.
            event.append(field.name, field.value)
            // By which the reference's readers know it where a position opens.
            let opens = event["type"] == EventType.orderOpenConfirmed.rawValue
            if opens, field.name == "used_margin_executed" {
                event.append("used_margin_usd", field.value)
            }
        }
    }

    /// Adds a snapshot's fields. The event's own `type` is the kind of event, as in the reference,
    /// so the instrument's goes by `instrument_type`.
    private static func merge(_ fields: Fields, into event: inout Fields) {
        for field in fields.list {
            switch field.name {
            case "user_type", "user_id": continue
            case "type": event.append(instrumentType, field.value)
            default: event.append(field.name, field.value)
            }
        }
    }

    /// The name of an order's field `type` in events and in Postgres.
    package static let instrumentType = "instrument_type"
}

/// A record as the text that an outbox keeps: a netstring of eleven parts.
extension Record {
    package var text: String { text(after: "") }

    /// The text behind another one, made at once: a record has some thousand bytes.
    package func text(after prefix: String) -> String {
        let parts = [
            MessageVersion.current, account.tag, String(number), token.text, String(timestamp),
            identity?.order.text ?? "", identity?.symbol.text ?? "",
            Netstring.encode(lookups.map(\.text)),
            Netstring.encode(sends.map(Record.encode)), answered?.text ?? "",
        ]
        var bytes = Array(prefix.utf8)
        bytes.reserveCapacity(4_096)
        for part in parts { Netstring.append(part, to: &bytes) }
        Netstring.append(event, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    package init(_ text: String) throws(MessageError) {
        let start = String(text.prefix(80))
        guard let parts = Netstring.decode(text), let version = parts.first else {
            throw .unreadable(FieldError("outbox", start, rule: "is no record"))
        }
        try MessageVersion.check(version)
        do throws(FieldError) {
            try self.init(parts, of: start)
        } catch {
            throw .unreadable(error)
        }
    }

    private init(_ parts: [String], of start: String) throws(FieldError) {
        guard parts.count == 11, let lookupTexts = Netstring.decode(parts[7]),
            let sendTexts = Netstring.decode(parts[8])
        else { throw FieldError("outbox", start, rule: "is no record of eleven parts") }
        do {
            account = try AccountID(tag: parts[1])
            number = try Number.int64(parts[2])
            token = OrdersToken(text: parts[3])
            timestamp = try Number.int64(parts[4])
            identity =
                parts[5].isEmpty
                ? nil : Identity(order: try OrderID(parts[5]), symbol: try Symbol(parts[6]))
            lookups = try lookupTexts.map { try LifecycleID($0) }
            sends = try sendTexts.map { try Record.decodeSend($0) }
            answered = parts[9].isEmpty ? nil : try RequestID(parts[9])
            event = try Record.decode(parts[10])
        } catch {
            throw FieldError("outbox", start, rule: "\(error)")
        }
    }

    private static func decode(_ text: String) throws(FieldError) -> Fields {
        guard let parts = Netstring.decode(text), parts.count.isMultiple(of: 2) else {
            throw FieldError("outbox", String(text.prefix(80)), rule: "has no names and values")
        }
        return Fields(
            stride(from: 0, to: parts.count, by: 2).map { .init(parts[$0], parts[$0 + 1]) })
    }

    private static func encode(_ send: ProviderMessage) -> String {
        Netstring.encode([
            send.provider.name, send.id.text, send.account.tag, Netstring.encode(send.fields),
        ])
    }

    private static func decodeSend(_ text: String) throws -> ProviderMessage {
        guard let parts = Netstring.decode(text), parts.count == 4 else {
            throw FieldError("outbox", String(text.prefix(80)), rule: "has no provider message")
        }
        return ProviderMessage(
            provider: try Provider(parts[0]), id: try LifecycleID(parts[1]),
            account: try AccountID(tag: parts[2]), fields: try decode(parts[3]))
    }
}

extension Order {
    /// The holdings hash again, as it stood after an event: without what only the event says, and
    /// with the instrument's `type` under its own name.
    package static func snapshot(ofEvent event: Fields) -> Fields {
        var fields = Fields()
        for field in event.list {
            if field.name == Record.instrumentType {
                fields.append("type", field.value)
            } else if field.name != "type", allNames.contains(field.name) {
                fields.append(field.name, field.value)
            }
        }
        return fields
    }
}
