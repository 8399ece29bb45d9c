extension Order {
    /// Keeps what a provider reported last and, of a fill, its exec id: a repeat of it is known
    /// by that in every state (domain §3).
    package mutating func note(_ message: OrderMessage) {
        provider.status = message.status.rawValue
        provider.execID = message.execID
        provider.averagePrice = message.averagePrice
        provider.cumulativeQuantity = message.cumulativeQuantity
        provider.timestamp = message.timestamp
        provider.reason = message.reason
        if message.event.isFill, let execID = message.execID {
            execs.set(Escape.text(execID), String(version + 1))
        }
    }
}

extension OrderMessage {
    /// What every event that comes from a report says of it.
    package var details: Fields {
        Fields([.init(EventField.arrival, arrival), .init("report_id", reportID.text)])
    }
}

/// Names of fields of events and reports that several readers need.
package enum EventField {
    /// Entry id of the report in `queue:{reports:p}`; from it report-to-applied is measured.
    package static let arrival = "arrival"
    /// Why somebody should look at a transition.
    package static let alarm = "alarm"
    /// On a report that a person has verified and brought in: who.
    package static let resolvedBy = "resolved_by"
}
