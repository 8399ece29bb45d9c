package import ServiceRuntime
package import Shared

/// The steps of a lane, each done as one; `GatedStore` makes calls of them.
extension MemoryWorld {
    private func holds(_ lane: LaneID, _ nonce: LeaseNonce) -> Bool {
        self[string: lane.lease] == nonce.text
    }

    package func fetch(
        _ lane: LaneID, _ nonce: LeaseNonce, _ position: FetchPosition, count: Int
    ) throws(StoreError) -> FetchReply {
        guard holds(lane, nonce) || !keeps(.leaseAtFetch) else { return .leaseLost }
        releaseDue(lane)
        let stream = stream(lane.stream)
        let entries: [Entry]
        switch position {
        case .new: entries = stream.deliver(to: lane.group, count: count)
        case .pending(let after):
            entries =
                keeps(.pendingFirst)
                ? stream.redeliver(to: lane.group, after: after, count: count) : []
        }
        return .batch(
            FetchReply.Batch(
                entries: entries, lastDelivered: stream.delivered(to: lane.group),
                nextDue: delayed[lane.delayed.text]?.first?.due, now: now))
    }

    /// Deferred messages whose time has come go back into the stream, in the order of their time.
    private func releaseDue(_ lane: LaneID) {
        guard let waiting = delayed[lane.delayed.text], !waiting.isEmpty else { return }
        for message in waiting.prefix(while: { $0.due <= now }) {
            append(message.fields, to: lane.stream)
        }
        delayed[lane.delayed.text] = Array(waiting.drop { $0.due <= now })
    }

    /// How many entries are pending then; nil where the lease is somebody else's.
    func settle(_ lane: LaneID, _ nonce: LeaseNonce, _ settlements: [Settlement]) -> Int? {
        guard holds(lane, nonce) || !keeps(.leaseAtSettle) else { return nil }
        let stream = stream(lane.stream)
        for settlement in settlements { settle(settlement, lane, stream) }
        return stream.pending(of: lane.group).count
    }

    private func settle(_ settlement: Settlement, _ lane: LaneID, _ stream: MemoryStream) {
        let id = settlement.entry
        let entry = stream[id]
        let isOurs = stream.acknowledge(id, by: lane.group)
        guard isOurs || !keeps(.acknowledgedOnce) else { return }
        self[hash: lane.suspect][id.description] = nil
        switch settlement.disposition {
        case .done: break
        case .delay(let milliseconds, let fields): delay(fields, by: milliseconds, lane)
        case .dead(let reason, let fields):
            append(
                letter(entry?.fields ?? Fields(), arrival: id, reason, fields), to: lane.dead)
        case .park(let fields):
            append(Fields((entry?.fields.list ?? []) + fields.list), to: lane.parked)
        }
        if case .queue = lane.source { stream.delete(id) }
    }

    private func delay(_ fields: Fields, by milliseconds: Int64, _ lane: LaneID) {
        let due = now + milliseconds
        var waiting = delayed[lane.delayed.text] ?? []
        let place = waiting.firstIndex { $0.due > due } ?? waiting.endIndex
        waiting.insert(Delayed(due: due, fields: fields), at: place)
        delayed[lane.delayed.text] = waiting
    }

    private func letter(
        _ own: Fields, arrival: EntryID, _ reason: DeadReason, _ more: Fields
    ) -> Fields {
        var letter = own
        if letter[EntryField.arrival] == nil { letter[EntryField.arrival] = "\(arrival)" }
        letter[DeadField.reason] = reason.rawValue
        letter[DeadField.entry] = "\(arrival)"
        for field in more.list { letter[field.name] = field.value }
        return letter
    }

    /// Never blocks: tests move the clock themselves.
    package func wait(_ lane: LaneID, after last: EntryID, milliseconds: Int64) {}

    package func raiseSuspect(_ lane: LaneID, _ entry: EntryID) -> Int {
        let count = (self[hash: lane.suspect]["\(entry)"].flatMap { Int($0) } ?? 0) + 1
        self[hash: lane.suspect]["\(entry)"] = String(count)
        return keeps(.suspect) ? count : 1
    }

    package func clearSuspect(_ lane: LaneID, _ entry: EntryID) {
        self[hash: lane.suspect]["\(entry)"] = nil
    }
}
