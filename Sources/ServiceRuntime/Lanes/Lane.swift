package import Shared

/// One partition under a lease: fetches, lets its processor work, settles. One turn is one batch.
///
/// What is held stays pending and in hand; what was handed out and not settled is read again after
/// an acquisition, a reconnect, or when the group counts more than is in hand (architecture §3).
package final class Lane {
    package enum Turn: Sendable, Equatable {
        /// So many entries were settled, and there may be more to do.
        case worked(Int)
        /// Nothing is left to do before somebody writes, or before so many milliseconds.
        case idle(milliseconds: Int64)
        case leaseLost
    }

    /// Entries a batch, unless the service says otherwise.
    package static let batch = 256
    /// Entries that one fetch hands out at most, so that no script holds the server up for long. A
    /// larger batch is fetched in pieces.
    package static let mostFetched = 256
    /// Held entries at which the lane stops fetching.
    package static let mostHeld = 10_000
    /// The longest wait for new entries; shorter than a lease.
    package static let longestWait: Int64 = 1_000
    /// How long held entries rest before they are tried again, ms.
    private static let rest: Int64 = 50
    /// How long a paused lane rests before it asks whether it still is, ms.
    private static let pausedRest: Int64 = 250

    package let id: LaneID
    private let store: any LaneStore
    private let processor: any BatchProcessor
    private let lease: Lease
    private let now: () -> MonotonicTime
    private let batch: Int
    private let isPaused: () -> Bool

    private var held: [Entry] = []
    private var lastDelivered = EntryID.zero
    /// The server's at the last fetch.
    private var clock = ServerClock(said: 0, asked: .distantPast)
    /// New entries that came with the last settlement.
    private var ahead: FetchReply.Batch?
    private var reading: Reading = .pending(after: .zero, singly: true)

    private enum Reading: Equatable {
        case new
        /// What the one before us, or we before a reconnect, did not settle. After a take-over it
        /// is read singly, since one of these messages may have killed the process.
        case pending(after: EntryID, singly: Bool)
    }

    /// - Parameters:
    ///   - batch: how many new entries one batch takes.
    ///   - isPaused: whether an operator has stopped its role, or its process ends. It keeps its
    ///     lease and finishes what it has in hand, and takes nothing.
    package init(
        _ id: LaneID, store: any LaneStore, processor: any BatchProcessor, lease: Lease,
        now: @escaping () -> MonotonicTime, batch: Int = Lane.batch,
        isPaused: @escaping () -> Bool = { false }
    ) {
        self.id = id
        self.store = store
        self.processor = processor
        self.lease = lease
        self.now = now
        self.batch = batch
        self.isPaused = isPaused
    }

    /// Entries in hand that wait for a store or for another attempt.
    package var heldCount: Int { held.count }
    /// Whether entries are in hand that were not tried yet.
    package var hasAhead: Bool { ahead?.entries.isEmpty == false }

    /// Waits for work after an idle turn. A lane that takes nothing new waits the whole time,
    /// whatever comes: nothing ever comes behind the last id of all.
    package func wait(milliseconds: Int64) throws(StoreError) {
        let takesNothing = held.count >= Lane.mostHeld || isPaused()
        try store.wait(
            id, after: takesNothing ? .greatest : lastDelivered, milliseconds: milliseconds)
    }

    /// One batch. An error is the lane's own store being away: nothing is lost, the next turn reads
    /// again what is pending.
    package func turn() throws(StoreError) -> Turn {
        guard lease.isTrusted(at: now()) else { return .leaseLost }
        do {
            if isPaused() {
                let entries = ahead?.entries ?? []
                ahead = nil
                return try work(entries, nextDue: Lane.pausedRest)
            }
            switch reading {
            case .pending(let after, let singly): return try recover(after: after, singly: singly)
            case .new: return try takeNew()
            }
        } catch {
            reading = .pending(after: .zero, singly: false)
            throw error
        }
    }

    private func takeNew() throws(StoreError) -> Turn {
        if held.count >= Lane.mostHeld { return try work([], nextDue: nil) }
        var entries: [Entry] = []
        while true {
            let most = min(batch - entries.count, Lane.mostFetched)
            guard let page = try nextPage(most) else { return .leaseLost }
            entries += page.entries
            if page.entries.count == most, entries.count < batch { continue }
            return try work(entries, nextDue: page.nextDue.map { $0 - page.now })
        }
    }

    /// New entries: those that came with the last settlement, else so many. Nil where the lease is
    /// lost.
    private func nextPage(_ count: Int) throws(StoreError) -> FetchReply.Batch? {
        if let page = ahead {
            ahead = nil
            return page
        }
        let asked = now()
        switch try store.fetch(id, lease.nonce, .new, count: count) {
        case .leaseLost: return nil
        case .batch(let page):
            note(page, asked: asked)
            return page
        }
    }

    private func note(_ page: FetchReply.Batch, asked: MonotonicTime) {
        lastDelivered = page.lastDelivered
        clock = ServerClock(said: page.now, asked: asked)
    }

    private func process(_ batch: [Entry]) -> [EntryResult] {
        processor.process(batch, lane: id, now: clock)
    }

    private func work(_ entries: [Entry], nextDue: Int64?) throws(StoreError) -> Turn {
        let batch = held + entries
        guard !batch.isEmpty else { return idle(nextDue: nextDue) }
        let results = process(batch)
        let settled = try settle(batch, results, goesOn: reading == .new)
        guard let settled else { return .leaseLost }
        if settled == 0 { return .idle(milliseconds: Lane.rest) }
        guard let next = ahead, next.entries.isEmpty else { return .worked(settled) }
        ahead = nil
        guard held.isEmpty else { return .worked(settled) }
        return idle(nextDue: next.nextDue.map { $0 - next.now })
    }

    private func idle(nextDue: Int64?) -> Turn {
        processor.tend(id)
        return .idle(milliseconds: max(1, min(nextDue ?? Lane.longestWait, Lane.longestWait)))
    }

    /// Settles what has a result; the rest is held. Nil where the lease is lost.
    ///
    /// - Parameter goesOn: whether what is new is taken next, unless something is against it.
    private func settle(
        _ batch: [Entry], _ results: [EntryResult], goesOn: Bool = false
    ) throws(StoreError) -> Int? {
        var settlements: [Settlement] = []
        var kept: [Entry] = []
        for (entry, result) in zip(batch, results) {
            switch result {
            case .settle(let disposition): settlements.append(Settlement(entry.id, disposition))
            case .hold: kept.append(entry)
            }
        }
        held = kept
        let end = BatchEnd(settlements, published: processor.takePublished())
        guard !settlements.isEmpty || !end.published.isEmpty else { return 0 }
        let isOpen = goesOn && !settlements.isEmpty && held.count < Lane.mostHeld && !isPaused()
        let next = isOpen ? min(self.batch, Lane.mostFetched) : 0
        let asked = now()
        switch try store.settle(id, lease.nonce, end, next: next) {
        case .leaseLost: return nil
        case .settled(let settled):
            processor.unboxed(end.published, settled.unboxed)
            ahead = settled.next
            if let next = settled.next { note(next, asked: asked) }
            if settled.pending > held.count, reading == .new { readAgain() }
            return settlements.count
        }
    }

    /// Somebody's entries are pending that are not in hand. What came with the settlement is.
    private func readAgain() {
        held += ahead?.entries ?? []
        ahead = nil
        reading = .pending(after: .zero, singly: false)
    }

    private func recover(after: EntryID, singly: Bool) throws(StoreError) -> Turn {
        let page: FetchReply.Batch
        let asked = now()
        switch try store.fetch(id, lease.nonce, .pending(after: after), count: Lane.mostFetched) {
        case .leaseLost: return .leaseLost
        case .batch(let batch): page = batch
        }
        clock = ServerClock(said: page.now, asked: asked)
        guard let last = page.entries.last else {
            reading = .new
            return .worked(0)
        }
        let inHand = Set(held.map(\.id))
        let found = page.entries.filter { !inHand.contains($0.id) }
        if singly {
            guard try takeSingly(found) else { return .leaseLost }
        } else if !found.isEmpty {
            // In stream order: what is in hand may lie on either side of what was found.
            let batch = (held + found).sorted { $0.id < $1.id }
            let results = process(batch)
            guard try settle(batch, results) != nil else { return .leaseLost }
        }
        reading = .pending(after: last.id, singly: singly)
        return .worked(found.count)
    }

    /// An account's messages keep their order: behind one that is held, all are held untried. False
    /// where the lease is lost.
    private func takeSingly(_ found: [Entry]) throws(StoreError) -> Bool {
        var waiting = Set(held.compactMap(Lane.owner))
        for entry in found {
            let owner = Lane.owner(of: entry)
            if let owner, waiting.contains(owner) {
                held.append(entry)
                continue
            }
            guard try takeSingly(entry) else { return false }
            if let owner, held.last?.id == entry.id { waiting.insert(owner) }
        }
        return true
    }

    /// Whose entry it is, as all our messages and records tell; nil for a report from outside.
    private static func owner(of entry: Entry) -> String? {
        if let key = entry.fields.present("key") { return try? OrderKey(text: key).account.tag }
        guard let type = entry.fields.present("user_type"),
            let user = entry.fields.present("user_id")
        else { return nil }
        return type + ":" + user
    }

    /// A message that may have killed a process is alone in hand while it is tried again; at the
    /// third time it is not tried. False where the lease is lost.
    private func takeSingly(_ entry: Entry) throws(StoreError) -> Bool {
        guard lease.isTrusted(at: now()) else { return false }
        let count = try store.raiseSuspect(id, entry.id)
        let waiting = held
        held = []
        let result =
            count >= 3
            ? processor.processSuspect(entry, lane: id, now: clock) : process([entry])[0]
        let settled = try settle([entry], [result])
        held = waiting + held
        if !held.isEmpty { try store.clearSuspect(id, entry.id) }
        return settled != nil
    }
}
