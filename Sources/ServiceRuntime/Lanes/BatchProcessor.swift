package import Shared

/// What became of one entry of a batch.
package enum EntryResult: Sendable, Equatable {
    case settle(Settlement.Disposition)
    /// It stays pending and in hand, and comes again with the next batch.
    case hold
}

/// What a lane does with a batch. Entries that are held come again, in order, before newer ones.
package protocol BatchProcessor: AnyObject {
    /// - Parameters:
    ///   - entries: in stream order, held ones first.
    ///   - now: the clock of the queue's server, as it was at the fetch, and when that was.
    /// - Returns: one result an entry.
    func process(_ entries: [Entry], lane: LaneID, now: ServerClock) -> [EntryResult]

    /// Hands over, once, the records that the last batch published, an account each: they leave their
    /// outboxes in the round trip that settles it.
    func takePublished() -> [[Record]]

    /// What became of those records.
    func unboxed(_ published: [[Record]], _ replies: [Result<UnboxReply, StoreError>])

    /// What becomes of an entry that killed three processes while it was alone in hand. `hold`
    /// where the store was away.
    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult

    /// Called when there is nothing to process, at least every `Lane.longestWait`: time to look
    /// after what does not come as an entry.
    func tend(_ lane: LaneID)
}

extension BatchProcessor {
    package func takePublished() -> [[Record]] { [] }
    package func unboxed(_ published: [[Record]], _ replies: [Result<UnboxReply, StoreError>]) {}
    package func tend(_ lane: LaneID) {}
}

/// How deferred messages wait: from 20 ms doubling to 5 s (architecture §3).
package enum Deferral {
    static let first: Int64 = 20
    static let longest: Int64 = 5_000

    /// Deferrals after which a message has waited a minute: eight that double, then 5 s each.
    static let deferralsInAMinute = 19

    /// Whether this deferral is one that somebody should hear of: money that waits for a rate or a
    /// price at once, anything when it has waited a minute. Once each.
    package static func alarms(_ entry: Entry, _ reason: DeferReason) -> Bool {
        let count = entry.fields[EntryField.deferrals].flatMap { Int($0) } ?? 0
        switch reason {
        case .waitingForRate, .waitingForPrice: return count == 0 || count == deferralsInAMinute
        case .early, .unknownID: return count == deferralsInAMinute
        }
    }

    /// The disposition of an entry that waits again, or dies of waiting too long.
    package static func disposition(
        of entry: Entry, _ reason: DeferReason, now: Int64
    ) -> Settlement.Disposition {
        let count = entry.fields[EntryField.deferrals].flatMap { Int($0) } ?? 0
        let since = entry.fields[EntryField.deferredAt].flatMap { Int64($0) } ?? now
        if let patience = reason.patience, now - since >= patience {
            return .dead(reason.death, Fields())
        }
        var fields = entry.fields
        fields[EntryField.deferrals] = String(count + 1)
        fields[EntryField.deferredAt] = String(since)
        if fields[EntryField.arrival] == nil { fields[EntryField.arrival] = "\(entry.id)" }
        return .delay(milliseconds: min(first << min(Int64(count), 8), longest), fields)
    }
}
