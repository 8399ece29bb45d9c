import ServiceRuntime
import Shared

/// The dispatcher's part of a lane: every report of `queue:{reports:p}` ends as routed to a
/// worker, ignored with a reason, or dead; until then it waits (architecture §3, domain §4).
final class DispatchProcessor: BatchProcessor {
    /// Failures of the store that are nobody's outage, before a report is dead.
    static let mostAttempts = 5

    private let store: any DispatchStore
    private let partitions: Int
    private let version: AgreedVersion
    private let counters: any OutcomeCounting
    private var attempts: [EntryID: Int] = [:]

    /// - Parameters:
    ///   - partitions: how many each role's queue has.
    ///   - version: of the messages to workers.
    init(
        store: any DispatchStore, partitions: Int, version: AgreedVersion,
        counters: any OutcomeCounting
    ) {
        self.store = store
        self.partitions = partitions
        self.version = version
        self.counters = counters
    }

    func process(_ entries: [Entry], lane: LaneID, now server: ServerClock) -> [EntryResult] {
        let now = server.said
        var ends: [EntryID: DispatchEnd] = [:]
        var items: [DispatchItem] = []
        for entry in entries {
            switch read(entry) {
            case .success(let report): items.append(DispatchItem(entry, report))
            case .failure(let end): ends[entry.id] = end.end
            }
        }
        var batch = DispatchBatch(
            items, of: lane.partition, store: store, partitions: partitions,
            version: version.written)
        batch.run()
        for item in batch.items { ends[item.entry.id] = item.end }
        return entries.map { entry in
            let result = result(of: entry, ends[entry.id] ?? .held, now: now)
            if result != .hold { attempts[entry.id] = nil }
            return result
        }
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        counters.bury(entry, .crashLoop, "it was alone in hand when three processes died")
    }

    /// What needs no order to be known.
    private struct Ended: Error {
        let end: DispatchEnd
    }

    private func read(_ entry: Entry) -> Result<Report, Ended> {
        do {
            let report = try ReportReader.read(entry.fields)
            switch report.content {
            case .status(.acknowledged): return .failure(Ended(end: .ignored(.acknowledgement)))
            case .status(.partial):
                return .failure(
                    Ended(end: .dead(.partialFill, "part of \(report.id) was filled")))
            case .status, .recovery: return .success(report)
            }
        } catch {
            guard let reason = error.deadReason else {
                return .failure(Ended(end: .ignored(.notAReport)))
            }
            return .failure(Ended(end: .dead(reason, "\(error)")))
        }
    }

    private func result(of entry: Entry, _ end: DispatchEnd, now: Int64) -> EntryResult {
        switch end {
        case .routed(let role):
            counters.count(.applied, role.name)
            return .settle(.done)
        case .ignored(let reason):
            counters.count(.ignored, reason.rawValue)
            return .settle(.done)
        case .deferred(let reason):
            let disposition = Deferral.disposition(of: entry, reason, now: now)
            if case .dead(let death, _) = disposition {
                return counters.bury(entry, death, "it waited for its patience: \(reason.rawValue)")
            }
            counters.count(.deferred, reason.rawValue)
            if Deferral.alarms(entry, reason) {
                counters.alarm(
                    "report waits", ["entry": "\(entry.id)", "reason": reason.rawValue])
            }
            return .settle(disposition)
        case .dead(let reason, let detail): return counters.bury(entry, reason, detail)
        case .held: return .hold
        case .failed(let detail): return failed(entry, detail)
        }
    }

    private func failed(_ entry: Entry, _ detail: String) -> EntryResult {
        let count = attempts[entry.id, default: 0] + 1
        attempts[entry.id] = count
        counters.alarm(
            "attempt failed",
            ["entry": "\(entry.id)", "attempt": String(count), "detail": detail])
        guard count >= DispatchProcessor.mostAttempts else { return .hold }
        return counters.bury(entry, .attempts, detail)
    }
}
