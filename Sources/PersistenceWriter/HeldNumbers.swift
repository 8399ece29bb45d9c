import ServiceRuntime
import Shared

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
