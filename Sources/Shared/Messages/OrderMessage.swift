/// What a queue entry of an account must say of itself for the loop.
package protocol AccountMessage: Sendable {
    init(_ fields: Fields, entry: String) throws(MessageError)
    var account: AccountID { get }
    /// The order that the message is about; nil where there is none yet.
    var order: OrderID? { get }
    var eventID: EventID { get }
    /// Set for commands: their answer is written and decides whether they are repeats.
    var request: CommandRequest? { get }
}

/// What the loop needs of a command.
package struct CommandRequest: Sendable, Equatable {
    package let id: RequestID
    /// Tells the same command from another one under the same id.
    package let digest: String

    package init(id: RequestID, digest: String) {
        self.id = id
        self.digest = digest
    }
}

/// What the dispatcher tells a worker: the event that a report means for an order (domain §4).
package struct OrderMessage: AccountMessage, Equatable {
    package let key: OrderKey
    package let event: OrderEventKind
    package let eventID: EventID
    /// The id that the provider reported on.
    package let reportID: LifecycleID
    package let idKind: IDKind
    package let status: OrdStatus
    package let execID: String?
    package let averagePrice: Price?
    package let cumulativeQuantity: Quantity?
    package let reason: String?
    /// The provider's time, ms.
    package let timestamp: Int64?
    /// Entry id in `queue:{reports:p}`, kept through deferral.
    package let arrival: String
    /// The original report, as JSON.
    package let report: String

    package init(
        key: OrderKey, event: OrderEventKind, eventID: EventID, reportID: LifecycleID,
        idKind: IDKind, status: OrdStatus, execID: String?, averagePrice: Price?,
        cumulativeQuantity: Quantity?, reason: String?, timestamp: Int64?, arrival: String,
        report: String
    ) {
        self.key = key
        self.event = event
        self.eventID = eventID
        self.reportID = reportID
        self.idKind = idKind
        self.status = status
        self.execID = execID
        self.averagePrice = averagePrice
        self.cumulativeQuantity = cumulativeQuantity
        self.reason = reason
        self.timestamp = timestamp
        self.arrival = arrival
        self.report = report
    }

    package var account: AccountID { key.account }
    package var order: OrderID? { key.order }
    package var request: CommandRequest? { nil }

    package init(_ fields: Fields, entry: String) throws(MessageError) {
        let version = try MessageVersion.check(fields)
        do {
            try self.init(reading: fields, version)
        } catch {
            throw .unreadable(error)
        }
    }

    private init(reading fields: Fields, _ version: Int) throws(FieldError) {
        key = try fields.required("key") { try OrderKey(text: $0) }
        event = try fields.required("event") { try OrderMessage.known($0) }
        eventID = EventID(text: try fields.required("event_id"))
        reportID = try fields.required("report_id") { try LifecycleID($0) }
        idKind = try fields.required("id_kind") { try OrderMessage.known($0) }
        status = try fields.required("ord_status") { try OrderMessage.known($0) }
        execID = fields.present("exec_id")
        averagePrice = try fields.optional(Self.priceName(in: version)) { try Price($0) }
        cumulativeQuantity = try fields.optional("cumqty") { try Quantity($0) }
        reason = fields.present("reason")
        timestamp = try fields.optional("ts", Number.int64)
        arrival = try fields.required(EntryField.arrival)
        report = fields.present("report") ?? ""
    }

    /// - Parameter version: one that is known.
    package func fields(in version: Int) -> Fields {
        var fields = Fields([
            .init("v", String(version)), .init("key", key.text),
            .init("event", event.rawValue), .init("event_id", eventID.text),
            .init("report_id", reportID.text), .init("id_kind", idKind.rawValue),
            .init("ord_status", status.rawValue), .init(EntryField.arrival, arrival),
        ])
        let optional: KeyValuePairs<String, String?> = [
            "exec_id": execID, Self.priceName(in: version): averagePrice?.text,
            "cumqty": cumulativeQuantity?.text, "reason": reason,
            "ts": timestamp.map { String($0) }, "report": report.isEmpty ? nil : report,
        ]
        for (name, value) in optional {
            if let value { fields.append(name, value) }
        }
        return fields
    }

    /// The field of the price. The next version, which only the test of an upgrade is compiled with,
    /// has another name for it: whoever takes that version for his own finds a fill without a price.
    private static func priceName(in version: Int) -> String {
        #if ORDERFLEET_NEXT_MESSAGES
            if version > 1 { return "average_price" }
        #endif
        return "avgpx"
    }

    private static func known<Value: RawRepresentable>(_ text: String) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw FieldError("value", text, rule: "is none that this version knows")
        }
        return value
    }
}
