package import Shared

/// Names of what a dead letter carries besides the fields of the message that died.
package enum DeadField {
    /// Of all of them, those of other versions too.
    package static let prefix = "dead_"
    package static let reason = "dead_reason"
    package static let detail = "dead_detail"
    /// The entry that died; missing where a message died before it lay in its queue.
    package static let entry = "dead_entry"
    /// When it died, ms by the server's clock.
    package static let time = "dead_at"
    /// The request id of a message to a provider that was too old to send.
    package static let id = "dead_id"

    package static let all = [reason, detail, entry, time, id]
}

/// A message that somebody has to look at, as it lies in the dead letters of its lane.
package struct DeadLetter: Sendable, Equatable {
    package let lane: LaneID
    /// Its entry there, with all fields.
    package let entry: Entry

    package init(lane: LaneID, entry: Entry) {
        self.lane = lane
        self.entry = entry
    }

    /// `<queue>:<partition>/<entry>`, as people name it.
    package var name: String { DeadLetter.name(of: entry.id, in: lane) }

    package static func name(of entry: EntryID, in lane: LaneID) -> String {
        "\(lane.queueName):\(lane.partition)/\(entry)"
    }

    /// As it was written; a newer version may know reasons that this one does not.
    package var reasonText: String { entry.fields[DeadField.reason] ?? "" }
    package var reason: DeadReason? { DeadReason(rawValue: reasonText) }
    package var detail: String? { entry.fields.present(DeadField.detail) }

    /// When it died, ms by the server's clock.
    package var diedAt: Int64 {
        entry.fields[DeadField.time].flatMap { Int64($0) } ?? entry.id.milliseconds
    }

    /// The order that it names; nil for a report of an unknown one.
    package var key: OrderKey? { entry.fields.present("key").flatMap { try? OrderKey(text: $0) } }

    /// The account that it names, by its order or as commands and events do.
    package var account: AccountID? {
        if let key { return key.account }
        guard let type = entry.fields["user_type"].flatMap({ UserType(rawValue: $0) }),
            let user = entry.fields["user_id"]
        else { return nil }
        return try? AccountID(type, user)
    }

    package var event: EventID? { entry.fields.present("event_id").map { EventID(text: $0) } }

    /// Where the message first lay in its queue, or its report in that of the reports: the order in
    /// which dead letters return (architecture §3).
    package var arrival: EntryID {
        entry.fields[EntryField.arrival].flatMap { EntryID($0) } ?? queued
    }

    /// The entry of its queue that died.
    package var queued: EntryID {
        entry.fields[DeadField.entry].flatMap { EntryID($0) } ?? entry.id
    }

    /// The message as it goes back into its queue. A report keeps its arrival, by which it may have
    /// been named; what counts its waiting starts anew. Commands and messages to providers go back as
    /// they came, since their fields are their identity; a command keeps its arrival too, from which
    /// its `ttl_ms` counts.
    package var message: Fields {
        var added = DeadField.all + [EntryField.deferrals, EntryField.deferredAt]
        guard case .queue(let role) = lane.source, role.hasArrivals else {
            added += [EntryField.arrival, EntryField.redriven]
            var fields = Fields(entry.fields.list.filter { !added.contains($0.name) })
            if lane.source == .queue(.orders) { fields[EntryField.arrival] = "\(arrival)" }
            return fields
        }
        var fields = Fields(entry.fields.list.filter { !added.contains($0.name) })
        fields[EntryField.arrival] = "\(arrival)"
        let times = fields[EntryField.redriven].flatMap { Int($0) } ?? 0
        fields[EntryField.redriven] = String(times + 1)
        return fields
    }
}

extension Role {
    /// Whether its messages are reports, or were made of one.
    fileprivate var hasArrivals: Bool {
        switch self {
        case .orders, .provider: false
        case .reports, .open, .close, .cancel, .reject, .pending, .stopLoss, .takeProfit: true
        }
    }
}
