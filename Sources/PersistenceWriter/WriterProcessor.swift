import PostgresDriver
import ServiceRuntime
import Shared

/// Writes one partition's events to Postgres. A row that Postgres refuses stops its account's
/// persistence: its records wait, in order, and are never skipped (architecture §4).
final class WriterProcessor: BatchProcessor {
    private let writer: RowWriter
    private let parked: ParkedRecords
    private let events: any EventStore
    private let counters: any OutcomeCounting
    private let letters: DeadLetterKeeper?
    private let now: () -> MonotonicTime
    private let watch: (MonotonicTime) throws -> Void
    private var upkeep = Upkeep()
    private var away = AwayPause()
    private var queue = HeldNumbers()

    /// - Parameter letters: who archives the partition's dead letters.
    init(
        store: WriterStore, events: any EventStore & ParkedStore,
        letters: DeadLetterKeeper? = nil, counters: any OutcomeCounting,
        now: @escaping () -> MonotonicTime = MonotonicTime.now,
        watch: @escaping (MonotonicTime) throws -> Void = { _ in }
    ) {
        writer = RowWriter(store: store, counters: counters)
        parked = ParkedRecords(writer: writer, store: events, counters: counters)
        self.events = events
        self.letters = letters
        self.counters = counters
        self.now = now
        self.watch = watch
    }

    func tend(_ lane: LaneID) {
        keepUp(lane)
        guard !away.isResting(at: now()) else { return }
        if case .failure(let error) = Result(catching: { try look(lane) }) { alarm(error) }
    }

    func process(_ entries: [Entry], lane: LaneID, now server: ServerClock) -> [EntryResult] {
        var results = [EntryResult](repeating: .hold, count: entries.count)
        keepUp(lane)
        // While Postgres is away everything is held, and the lane rests.
        guard !away.isResting(at: now()) else {
            queue.note(new: entries)
            return results
        }
        do {
            try look(lane)
            var start = 0
            while start < entries.count {
                let end = min(start + RowWriter.mostRows, entries.count)
                try write(entries, start..<end, &results, lane)
                start = end
            }
            away.isBack()
        } catch {
            alarm(error)
        }
        queue.note(entries, results)
        return results
    }

    private func look(_ lane: LaneID) throws {
        if upkeep.isParkedDue(at: now(), whileStopped: !writer.stopped.isEmpty) {
            try parked.look(lane.partition)
            upkeep.looked(at: now())
        }
    }

    private func alarm(_ error: any Error) {
        away.failed(at: now())
        counters.alarm(
            "events wait for their store",
            ["error": "\(error)", "pause_ms": String(away.pause.milliseconds)])
    }

    /// One transaction's worth of entries. What is unreadable stops its account at that place, so
    /// what lies before it goes first.
    private func write(
        _ entries: [Entry], _ range: Range<Int>, _ results: inout [EntryResult], _ lane: LaneID
    ) throws {
        var rows: [EventRow] = []
        var places: [Int] = []
        for index in range {
            do throws(MessageError) {
                let row = try EventRow(entries[index].fields)
                if queue.mustWait(row) { continue }
                rows.append(row)
                places.append(index)
            } catch {
                try write(rows, places, &results, lane)
                (rows, places) = ([], [])
                results[index] = try unreadable(entries[index], error)
            }
        }
        try write(rows, places, &results, lane)
    }

    private func write(
        _ rows: [EventRow], _ places: [Int], _ results: inout [EntryResult], _ lane: LaneID
    ) throws(PostgresError) {
        var outcomes = [RowWriter.Outcome?](repeating: nil, count: rows.count)
        defer {
            for (place, outcome) in zip(places, outcomes) {
                if let outcome { results[place] = .settle(disposition(outcome)) }
            }
            measure(zip(rows, outcomes).compactMap { $1 == .written ? $0 : nil }, lane)
        }
        try writer.write(rows[...], partition: lane.partition, into: &outcomes)
    }

    private func disposition(_ outcome: RowWriter.Outcome) -> Settlement.Disposition {
        switch outcome {
        case .written: return .done
        case .repeated:
            counters.count(.ignored, IgnoreReason.duplicate.rawValue)
            return .done
        case .parked:
            counters.count(.deferred, "parked")
            return .park(Fields())
        }
    }

    /// An event that cannot be read stops its account. Where not even that can be read it stops
    /// nobody: it is a dead letter of its lane, and the next of its account finds the gap.
    private func unreadable(
        _ entry: Entry, _ error: MessageError
    ) throws(PostgresError) -> EntryResult {
        guard let account = try? EventRow.account(entry.fields) else {
            return counters.bury(entry, error)
        }
        return .settle(
            disposition(try writer.park(account, ParkingFault(unreadable: entry, error))))
    }

    /// How long each new row took from its report to here, by the clock that stamped the report.
    private func measure(_ written: [EventRow], _ lane: LaneID) {
        let arrivals = written.compactMap(\.arrival)
        for _ in arrivals.count..<written.count { counters.count(.applied, "commands") }
        guard !arrivals.isEmpty else { return }
        do {
            let now = try events.time(partition: lane.partition)
            for arrival in arrivals { counters.applied(arrival: arrival, at: now) }
        } catch {
            counters.alarm("latency not measured", ["error": "\(error)"])
        }
    }

    /// What must not fail a batch: whether the servers are still the same, dead letters, old events.
    private func keepUp(_ lane: LaneID) {
        if !away.isResting(at: now()) {
            do {
                try letters?.look(lane.partition, at: now())
            } catch {
                counters.alarm("dead letters not archived", ["error": "\(error)"])
            }
        }
        do {
            try watch(now())
        } catch {
            counters.alarm("servers not watched", ["error": "\(error)"])
        }
        guard upkeep.isTrimDue(at: now()) else { return }
        do {
            upkeep.trimmed(try events.trim(partition: lane.partition, keep: Upkeep.kept), at: now())
        } catch {
            upkeep.trimmed(0, at: now())
            counters.alarm("events not trimmed", ["error": "\(error)"])
        }
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now server: ServerClock) -> EntryResult {
        do {
            try look(lane)
            let row: EventRow
            do throws(MessageError) {
                row = try EventRow(entry.fields)
            } catch {
                return try unreadable(entry, error)
            }
            let isThere = try writer.store.tokens(of: [row]).values.contains(row.token)
            if isThere { return .settle(disposition(.repeated)) }
            let fault = ParkingFault(.unreadable, row.number, "it ended three writers")
            return .settle(disposition(try writer.park(row.account, fault)))
        } catch {
            alarm(error)
            return .hold
        }
    }
}
