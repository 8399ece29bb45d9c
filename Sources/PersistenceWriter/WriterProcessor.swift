import PostgresDriver
import ServiceRuntime
import Shared

/// Writes one partition's events to Postgres, each account's numbers without gap, each once. A row
/// that Postgres refuses stops its account's persistence: its records wait, in order, and are never
/// skipped (architecture §4).
final class WriterProcessor: BatchProcessor {
    private let store: WriterStore
    private let events: any EventStore
    private let counters: any OutcomeCounting
    /// Nil until Postgres was asked.
    private var parked: Set<AccountID>?
    private var lastTrim = MonotonicTime.distantPast

    /// Events that stay in the stream behind the oldest that somebody needs, ms.
    private static let kept: Int64 = 600_000
    private static let trimEvery: Duration = .seconds(10)

    init(store: WriterStore, events: any EventStore, counters: any OutcomeCounting) {
        self.store = store
        self.events = events
        self.counters = counters
    }

    func process(_ entries: [Entry], lane: LaneID, now: Int64) -> [EntryResult] {
        trim(lane)
        var rows: [(index: Int, row: EventRow)] = []
        var results = [EntryResult](repeating: .hold, count: entries.count)
        for (index, entry) in entries.enumerated() {
            do throws(MessageError) {
                rows.append((index, try EventRow(entry.fields)))
            } catch {
                results[index] = unreadable(entry, error)
            }
        }
        do throws(PostgresError) {
            try write(rows, &results)
            report(rows, results, lane)
        } catch {
            counters.alarm("postgres", ["error": "\(error)"])
        }
        return results
    }

    /// Without its account an entry can stop nobody: it is a dead letter of its lane.
    private func unreadable(_ entry: Entry, _ error: MessageError) -> EntryResult {
        counters.count(.dead, error.deadReason.rawValue)
        return .settle(.dead(error.deadReason, Fields(["dead_detail": "\(error)"])))
    }

    /// One transaction for all rows; where it is refused, halves down to the row that is.
    private func write(
        _ rows: [(index: Int, row: EventRow)], _ results: inout [EntryResult]
    ) throws(PostgresError) {
        guard !rows.isEmpty else { return }
        if parked == nil { parked = try store.parkedAccounts() }
        do throws(PostgresError) {
            var judged: [(index: Int, verdict: Sequencing.Verdict)] = []
            try store.transaction { () throws(PostgresError) in
                judged = try sequence(rows)
                let new = judged.compactMap { item in
                    item.verdict == .new ? rows.first { $0.index == item.index }?.row : nil
                }
                if !new.isEmpty { try store.write(new) }
            }
            for (index, verdict) in judged {
                guard let row = rows.first(where: { $0.index == index })?.row else { continue }
                results[index] = try settle(row, verdict)
            }
        } catch {
            guard error.code == .refused else { throw error }
            guard rows.count > 1 else {
                results[rows[0].index] = try park(rows[0].row, refused(rows[0].row, error))
                return
            }
            let half = rows.count / 2
            try write(Array(rows[..<half]), &results)
            try write(Array(rows[half...]), &results)
        }
    }

    private func sequence(
        _ rows: [(index: Int, row: EventRow)]
    ) throws(PostgresError) -> [(index: Int, verdict: Sequencing.Verdict)] {
        let parked = parked ?? []
        let open = rows.map(\.row).filter { !parked.contains($0.account) }
        var sequencing = Sequencing(
            standings: try store.standings(of: Array(Set(open.map(\.account)))), parked: parked)
        sequencing.known = try store.tokens(of: open.filter(sequencing.isBehind))
        return rows.map { ($0.index, sequencing.judge($0.row)) }
    }

    private func settle(
        _ row: EventRow, _ verdict: Sequencing.Verdict
    ) throws(PostgresError) -> EntryResult {
        switch verdict {
        case .new:
            return .settle(.done)
        case .repeated:
            counters.count(.ignored, IgnoreReason.duplicate.rawValue)
            return .settle(.done)
        case .parked:
            return .settle(.park(row.fields))
        case .gap(let expected):
            return try park(
                row,
                ParkingFault(
                    reason: .gap, number: row.number, detail: "expected \(expected)"))
        case .fork(let other):
            return try park(
                row,
                ParkingFault(
                    reason: .fork, number: row.number, detail: "\(other) stands there"))
        }
    }

    private func refused(_ row: EventRow, _ error: PostgresError) -> ParkingFault {
        ParkingFault(
            reason: .refused, number: row.number, detail: error.detail,
            sqlState: error.sqlState.map { "\($0)" }, constraint: error.constraint)
    }

    private func park(
        _ row: EventRow, _ fault: ParkingFault
    ) throws(PostgresError) -> EntryResult {
        try store.park(row.account, fault)
        parked?.insert(row.account)
        counters.count(.dead, "parked:" + fault.reason.rawValue)
        counters.alarm(
            "persistence parked",
            [
                "account": row.account.tag, "orders_version": String(row.number),
                "reason": fault.reason.rawValue, "detail": fault.detail,
            ])
        return .settle(.park(row.fields))
    }

    /// How long each new row took from its report to here, by the clock that stamped the report.
    private func report(
        _ rows: [(index: Int, row: EventRow)], _ results: [EntryResult], _ lane: LaneID
    ) {
        let measured = rows.filter { results[$0.index] == .settle(.done) && $0.row.arrival != nil }
        guard !measured.isEmpty else { return }
        do {
            let now = try events.time(partition: lane.partition)
            for (_, row) in measured {
                if let arrival = row.arrival { counters.applied(arrival: arrival, at: now) }
            }
        } catch {
            counters.alarm("latency not measured", ["error": "\(error)"])
        }
    }

    private func trim(_ lane: LaneID) {
        let now = MonotonicTime.now()
        guard now.since(lastTrim) >= WriterProcessor.trimEvery else { return }
        lastTrim = now
        do {
            _ = try events.trim(partition: lane.partition, keep: WriterProcessor.kept)
        } catch {
            counters.alarm("events not trimmed", ["error": "\(error)"])
        }
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: Int64) -> EntryResult {
        do throws(MessageError) {
            let row = try EventRow(entry.fields)
            let fault = ParkingFault(
                reason: .unreadable, number: row.number, detail: "it ended three writers")
            do throws(PostgresError) {
                return try park(row, fault)
            } catch {
                return .hold
            }
        } catch {
            return unreadable(entry, error)
        }
    }
}
