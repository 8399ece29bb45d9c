import PostgresDriver
import ServiceRuntime
import Shared

/// Writes one partition's events to Postgres, each account's numbers without gap, each once, and
/// stops the persistence of an account whose row is refused, forks or leaves a gap.
final class RowWriter {
    enum Outcome: Equatable {
        /// Committed just now.
        case written
        /// It was there already.
        case repeated
        /// It waits, in order, with the other records of its account.
        case parked
    }

    /// Rows of one transaction (architecture §5).
    static let mostRows = Batch.mostRows

    let store: WriterStore
    private let counters: any OutcomeCounting
    /// Accounts whose persistence has stopped, and those whose parked records are not all in yet.
    var stopped: Set<AccountID> = []

    init(store: WriterStore, counters: any OutcomeCounting) {
        self.store = store
        self.counters = counters
    }

    /// Writes rows, each account's in this order; where Postgres refuses, halves down to the row
    /// that it refuses.
    ///
    /// - Parameters:
    ///   - partition: of the events that the rows come from; all of them.
    ///   - isReturn: the rows come from the parked records: one that is not the next number yet
    ///     stays there, since the one before it may lie behind it.
    ///   - outcomes: one a row; nil where nothing is known of it, as after an error.
    /// - Throws: any failure but a refused row. What was committed before has its outcome.
    func write(
        _ rows: ArraySlice<EventRow>, partition: Int, isReturn: Bool = false,
        into outcomes: inout [Outcome?]
    ) throws(PostgresError) {
        guard let first = rows.first else { return }
        do throws(PostgresError) {
            let verdicts = try commit(rows, partition, gapsStop: !isReturn)
            for (index, verdict) in zip(rows.indices, verdicts) {
                outcomes[index] = try settle(rows[index], verdict, isReturn)
            }
        } catch {
            guard error.code == .refused else { throw error }
            guard rows.count > 1 else {
                outcomes[rows.startIndex] = try park(first.account, ParkingFault(first, error))
                return
            }
            let middle = rows.startIndex + rows.count / 2
            for half in [rows[..<middle], rows[middle...]] {
                try write(half, partition: partition, isReturn: isReturn, into: &outcomes)
            }
        }
    }

    /// One transaction: judges the rows against what stands there and writes those that are new.
    private func commit(
        _ rows: ArraySlice<EventRow>, _ partition: Int, gapsStop: Bool
    ) throws(PostgresError) -> [Sequencing.Verdict] {
        try store.transaction { () throws(PostgresError) in
            let open = rows.filter { !stopped.contains($0.account) }
            var sequencing = Sequencing(
                standings: try store.standings(
                    of: Array(Set(open.map(\.account))), partition: partition),
                parked: stopped, gapsStop: gapsStop)
            sequencing.known = try store.tokens(of: open.filter(sequencing.isBehind))
            let verdicts = rows.map { sequencing.judge($0) }
            let new = zip(rows, verdicts).compactMap { $1 == .new ? $0 : nil }
            if !new.isEmpty { try store.write(new) }
            return verdicts
        }
    }

    private func settle(
        _ row: EventRow, _ verdict: Sequencing.Verdict, _ isReturn: Bool
    ) throws(PostgresError) -> Outcome {
        switch verdict {
        case .new: return .written
        case .repeated: return .repeated
        case .parked: return .parked
        case .gap where isReturn: return .parked
        case .gap(let expected):
            return try park(
                row.account, ParkingFault(.gap, row.number, "expected \(expected)"))
        case .fork(let other):
            return try park(
                row.account, ParkingFault(.fork, row.number, "\(other) stands there"))
        }
    }

    /// Stops an account's persistence, for a person to look at.
    func park(_ account: AccountID, _ fault: ParkingFault) throws(PostgresError) -> Outcome {
        try store.park(account, fault)
        if stopped.insert(account).inserted {
            counters.alarm(
                "persistence parked",
                [
                    "account": account.tag, "orders_version": String(fault.number),
                    "reason": fault.reason.rawValue, "detail": fault.detail,
                ])
        }
        return .parked
    }
}
