import ServiceRuntime
import Shared
import TestSupport

/// The memory behind the persistence lane: what Postgres would hold. A batch is one transaction, and
/// outlives every crash.
final class Bookkeeper {
    struct Standing {
        var number: Int64 = 0
        var balance = Money.zero
    }

    private(set) var standings: [AccountID: Standing] = [:]
    private(set) var violations: [String] = []

    /// Takes events in; what was seen before is known by its number.
    func commit(_ entries: [Entry]) {
        for entry in entries {
            do {
                try commit(entry.fields)
            } catch {
                violations.append("event \(entry.id) is unreadable: \(error)")
            }
        }
    }

    private func commit(_ event: Fields) throws {
        let type = try UserType(text: try event.required("user_type"))
        let account = try AccountID(type, try event.required("user_id"))
        let number = try event.required("orders_version", Number.int64)
        var standing = standings[account] ?? Standing()
        guard number > standing.number else { return }
        if number != standing.number + 1 {
            violations.append("\(account) jumps from \(standing.number) to \(number)")
        }
        standing.number = number
        for entry in NamedList(text: event["ledger"] ?? "").entries {
            standing.balance = try standing.balance + Money(String(entry.value))
        }
        let balance = try event.required("balance") { try Money($0) }
        if balance != standing.balance {
            violations.append(
                "\(account) at \(number) has \(balance), its ledger \(standing.balance)")
        }
        standings[account] = standing
    }
}

final class BookkeepingProcessor: BatchProcessor {
    private let bookkeeper: Bookkeeper

    init(_ bookkeeper: Bookkeeper) { self.bookkeeper = bookkeeper }

    func process(_ entries: [Entry], lane: LaneID, now: ServerClock) -> [EntryResult] {
        bookkeeper.commit(entries)
        return entries.map { _ in .settle(.done) }
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        process([entry], lane: lane, now: now)[0]
    }
}
