import PostgresDriver
import ServiceRuntime
import Shared

/// The records of accounts whose persistence has stopped, and their return: once a person has
/// cleared the account in `parked_accounts`, they go to Postgres first and in order; what comes
/// meanwhile lies down behind them.
final class ParkedRecords {
    private let writer: RowWriter
    private let store: any ParkedStore
    private let counters: any OutcomeCounting
    /// Entries a round trip.
    private static let page = 256

    init(writer: RowWriter, store: any ParkedStore, counters: any OutcomeCounting) {
        self.writer = writer
        self.store = store
        self.counters = counters
    }

    /// Learns which accounts are stopped, and takes the records of those that were cleared. The
    /// first look finds also those that were cleared while nobody looked.
    func look(_ partition: Int) throws {
        let open = try writer.store.parkedAccounts()
        let known = writer.stopped.isEmpty ? try accounts(partition) : writer.stopped
        writer.stopped = open.union(known)
        var cleared = known.subtracting(open)
        guard !cleared.isEmpty else { return }
        let before = cleared
        writer.stopped.subtract(cleared)
        do {
            // Usually once. A record may lie behind its successor, where an answer was lost.
            while try pass(partition, over: &cleared), !cleared.isEmpty {}
            try stopAgain(partition, cleared)
        } catch {
            writer.stopped.formUnion(before)
            throw error
        }
        for account in before.subtracting(writer.stopped) {
            counters.alarm("persistence resumed", ["account": account.tag])
        }
    }

    private func accounts(_ partition: Int) throws -> Set<AccountID> {
        var accounts: Set<AccountID> = []
        try forEachPage(partition) { entries in
            for entry in entries {
                if let account = try? EventRow.account(entry.fields) { accounts.insert(account) }
            }
        }
        return accounts
    }

    /// Writes what it can of the accounts' records, in the order in which they lie. Leaves in
    /// `accounts` those that have records left and are not stopped anew.
    ///
    /// - Returns: whether anything was written.
    private func pass(_ partition: Int, over accounts: inout Set<AccountID>) throws -> Bool {
        var left: Set<AccountID> = []
        var hasWritten = false
        try forEachPage(partition) { entries in
            let page = read(entries, of: accounts.subtracting(writer.stopped))
            var outcomes = [RowWriter.Outcome?](repeating: nil, count: page.rows.count)
            let writing = Result {
                try writer.write(
                    page.rows[...], partition: partition, isReturn: true, into: &outcomes)
                for (account, fault) in page.faults { _ = try writer.park(account, fault) }
            }
            var gone: [EntryID] = []
            for (index, outcome) in outcomes.enumerated() {
                switch outcome {
                case .written, .repeated: gone.append(page.ids[index])
                case .parked, nil: left.insert(page.rows[index].account)
                }
            }
            if !gone.isEmpty {
                hasWritten = true
                try store.removeParked(gone, partition: partition)
            }
            try writing.get()
        }
        accounts = left.subtracting(writer.stopped)
        return hasWritten
    }

    private struct Page {
        var rows: [EventRow] = []
        var ids: [EntryID] = []
        /// Records that still cannot be read; nothing behind them is in `rows`.
        var faults: [AccountID: ParkingFault] = [:]
    }

    private func read(_ entries: [Entry], of accounts: Set<AccountID>) -> Page {
        var page = Page()
        for entry in entries {
            guard let account = try? EventRow.account(entry.fields), accounts.contains(account),
                page.faults[account] == nil
            else { continue }
            do throws(MessageError) {
                page.rows.append(try EventRow(entry.fields))
                page.ids.append(entry.id)
            } catch {
                page.faults[account] = ParkingFault(unreadable: entry, error)
            }
        }
        return page
    }

    /// Accounts whose records do not join what stands in Postgres.
    private func stopAgain(_ partition: Int, _ accounts: Set<AccountID>) throws {
        guard !accounts.isEmpty else { return }
        var first: [AccountID: Int64] = [:]
        try forEachPage(partition) { entries in
            for entry in entries {
                guard let account = try? EventRow.account(entry.fields),
                    accounts.contains(account),
                    let number = entry.fields["orders_version"].flatMap({ Int64($0) })
                else { continue }
                first[account] = min(number, first[account] ?? number)
            }
        }
        for (account, number) in first {
            _ = try writer.park(
                account, ParkingFault(.gap, number, "the first of the parked records"))
        }
    }

    private func forEachPage(_ partition: Int, _ body: ([Entry]) throws -> Void) throws {
        var after = EntryID.zero
        while true {
            let entries = try store.parked(
                partition: partition, after: after, count: ParkedRecords.page)
            guard let last = entries.last else { return }
            after = last.id
            try body(entries)
        }
    }
}
