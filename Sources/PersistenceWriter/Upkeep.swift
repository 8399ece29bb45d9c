import ServiceRuntime
import Shared

/// When the writer looks after what does not come as an event.
struct Upkeep {
    /// Events that stay in the stream behind the oldest that somebody needs, ms (architecture §3).
    static let kept: Int64 = 600_000
    private static let trimEvery: Duration = .seconds(10)
    /// A trim that removed so many has more to remove: it goes on at once.
    private static let moreToTrim = 1_000
    private static let lookEvery: Duration = .seconds(2)

    private var nextTrim = MonotonicTime.distantPast
    private var nextLook = MonotonicTime.distantPast
    private var hasLooked = false

    func isTrimDue(at now: MonotonicTime) -> Bool { now >= nextTrim }

    mutating func trimmed(_ count: Int, at now: MonotonicTime) {
        nextTrim = count >= Upkeep.moreToTrim ? now : now.advanced(by: Upkeep.trimEvery)
    }

    /// Before anything is written, and while some account is stopped.
    func isParkedDue(at now: MonotonicTime, whileStopped: Bool) -> Bool {
        !hasLooked || whileStopped && now >= nextLook
    }

    mutating func looked(at now: MonotonicTime) {
        hasLooked = true
        nextLook = now.advanced(by: Upkeep.lookEvery)
    }
}

/// How long the writer leaves a store alone that was away: from 100 ms doubling to 2 s.
struct AwayPause {
    private static let first: Duration = .milliseconds(100)
    private static let longest: Duration = .seconds(2)

    private(set) var pause: Duration = .zero
    private var until = MonotonicTime.distantPast

    func isResting(at now: MonotonicTime) -> Bool { now < until }

    mutating func failed(at now: MonotonicTime) {
        pause = min(max(AwayPause.first, pause * 2), AwayPause.longest)
        until = now.advanced(by: pause)
    }

    mutating func isBack() { pause = .zero }
}

/// The lowest number of each account that is held. After a take-over entries come one at a time, so
/// that one behind a held one may come alone: it waits for it, or it would look like a gap.
struct HeldNumbers {
    private var lowest: [AccountID: Int64] = [:]
    private var last = EntryID.zero

    /// Whether a lower number of the account is still to come.
    mutating func mustWait(_ row: EventRow) -> Bool {
        guard let held = lowest[row.account] else { return false }
        if row.number > held { return true }
        lowest[row.account] = nil
        return false
    }

    /// Notes what is held of a batch.
    mutating func note(_ entries: [Entry], _ results: [EntryResult]) {
        for (entry, result) in zip(entries, results) where result == .hold { note(entry) }
        last = max(last, entries.last?.id ?? .zero)
    }

    /// Notes entries that are held unseen. Those of earlier batches are noted already.
    mutating func note(new entries: [Entry]) {
        for entry in entries.reversed() {
            guard entry.id > last else { break }
            note(entry)
        }
        last = max(last, entries.last?.id ?? .zero)
    }

    private mutating func note(_ entry: Entry) {
        guard let account = try? EventRow.account(entry.fields),
            let number = entry.fields["orders_version"].flatMap({ Int64($0) })
        else { return }
        lowest[account] = min(number, lowest[account] ?? number)
    }
}
