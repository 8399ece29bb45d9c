package import Shared

/// The position of an entry in a stream: `<ms>-<sequence>`.
package struct EntryID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let milliseconds: Int64
    package let sequence: Int64

    package static let zero = EntryID(milliseconds: 0, sequence: 0)
    /// Behind every entry that there will ever be.
    package static let greatest = EntryID(milliseconds: .max, sequence: .max)

    package init(milliseconds: Int64, sequence: Int64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    /// Nil where the text is no entry id.
    package init?(_ text: String) {
        guard let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")),
            let milliseconds = Int64(text[..<dash]),
            let sequence = Int64(text[text.utf8.index(after: dash)...])
        else { return nil }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    package static func < (left: EntryID, right: EntryID) -> Bool {
        (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
    }

    package var description: String { "\(milliseconds)-\(sequence)" }
}

/// One message of a stream.
package struct Entry: Sendable, Equatable {
    package let id: EntryID
    package let fields: Fields

    package init(id: EntryID, fields: Fields) {
        self.id = id
        self.fields = fields
    }

    /// Where the message first lay in its queue, or its report in that of the reports; kept while it
    /// is deferred, and through a redrive.
    package var arrival: EntryID {
        fields[EntryField.arrival].flatMap { EntryID($0) } ?? id
    }
}

/// 128 random bits, drawn for each acquisition of a lane.
package struct LeaseNonce: Hashable, Sendable {
    package let text: String

    package init(_ high: UInt64, _ low: UInt64) {
        text = String(high, radix: 16) + "." + String(low, radix: 16)
    }
}

/// Where a fetch reads from.
package enum FetchPosition: Sendable, Equatable {
    /// What no one was handed yet.
    case new
    /// What was handed out and not settled, behind this entry.
    case pending(after: EntryID)
}

package enum FetchReply: Sendable, Equatable {
    /// The lease is somebody else's.
    case leaseLost
    case batch(Batch)

    package struct Batch: Sendable, Equatable {
        package let entries: [Entry]
        /// The last entry that the group was ever handed; what comes behind it is new.
        package let lastDelivered: EntryID
        /// When the next deferred message is due, ms of the server's clock; nil for none.
        package let nextDue: Int64?
        /// The server's clock, ms.
        package let now: Int64

        package init(entries: [Entry], lastDelivered: EntryID, nextDue: Int64?, now: Int64) {
            self.entries = entries
            self.lastDelivered = lastDelivered
            self.nextDue = nextDue
            self.now = now
        }
    }
}

/// What becomes of one entry when it is settled.
package struct Settlement: Sendable, Equatable {
    package enum Disposition: Sendable, Equatable {
        /// Handled: out of the queue. Entries of events are acknowledged and stay.
        case done
        /// Comes back after so many milliseconds, with these fields.
        case delay(milliseconds: Int64, Fields)
        /// A dead letter, with these fields besides its own.
        case dead(DeadReason, Fields)
        /// Moved in order to the parked records of its lane (events only).
        case park(Fields)
    }

    package let entry: EntryID
    package let disposition: Disposition

    package init(_ entry: EntryID, _ disposition: Disposition) {
        self.entry = entry
        self.disposition = disposition
    }
}

/// The end of a batch.
package struct BatchEnd: Sendable, Equatable {
    package var settlements: [Settlement]
    /// Records that were published, at least one, oldest first, for each account: they leave its outbox.
    package var published: [[Record]]

    package init(_ settlements: [Settlement], published: [[Record]] = []) {
        self.settlements = settlements
        self.published = published
    }
}

package enum SettleReply: Sendable, Equatable {
    case leaseLost
    case settled(Settled)

    package struct Settled: Sendable, Equatable {
        /// How many entries the group still counts as handed out, without those of `next`.
        package let pending: Int
        /// What became of `published`, one an account.
        package let unboxed: [Result<UnboxReply, StoreError>]
        /// The next batch, where it was asked for.
        package let next: FetchReply.Batch?

        package init(
            pending: Int, unboxed: [Result<UnboxReply, StoreError>] = [],
            next: FetchReply.Batch? = nil
        ) {
            self.pending = pending
            self.unboxed = unboxed
            self.next = next
        }
    }
}

/// What a lane needs of the store that holds its stream. One lane, one thread, one connection of
/// its own; every call is one round trip, and each script checks the lease first.
package protocol LaneStore: AnyObject {
    /// Moves due deferred messages into the stream and hands out entries.
    func fetch(
        _ lane: LaneID, _ nonce: LeaseNonce, _ position: FetchPosition, count: Int
    ) throws(StoreError) -> FetchReply

    /// Takes what was published out of its outboxes, then acknowledges each entry that is ours and
    /// disposes of it, then hands out new entries as `fetch` does. Nothing is settled before each
    /// outbox has been asked to give its records up, and nothing fetched before all is settled.
    ///
    /// - Parameter next: how many new entries; none where it is 0.
    func settle(
        _ lane: LaneID, _ nonce: LeaseNonce, _ end: BatchEnd, next: Int
    ) throws(StoreError) -> SettleReply

    /// Returns when an entry lies behind `last`, or after so many milliseconds. Hands nothing out.
    func wait(_ lane: LaneID, after last: EntryID, milliseconds: Int64) throws(StoreError)

    /// Counts that this entry is in hand alone; returns the count.
    func raiseSuspect(_ lane: LaneID, _ entry: EntryID) throws(StoreError) -> Int

    func clearSuspect(_ lane: LaneID, _ entry: EntryID) throws(StoreError)
}

extension LaneStore {
    /// Settles entries that published nothing, and fetches nothing.
    package func settle(
        _ lane: LaneID, _ nonce: LeaseNonce, _ settlements: [Settlement]
    ) throws(StoreError) -> SettleReply {
        try settle(lane, nonce, BatchEnd(settlements), next: 0)
    }
}
