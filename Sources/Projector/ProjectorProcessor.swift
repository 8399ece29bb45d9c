import ServiceRuntime
import Shared

/// Tells other readers what became of orders: their copies, who holds which symbol, and whether ids
/// still lead somewhere. Repeats change nothing: the store guards each by the account's number.
final class ProjectorProcessor: BatchProcessor {
    private let store: any ProjectionStore
    private let counters: any OutcomeCounting

    init(store: any ProjectionStore, counters: any OutcomeCounting) {
        self.store = store
        self.counters = counters
    }

    func process(_ entries: [Entry], lane: LaneID, now: ServerClock) -> [EntryResult] {
        var results = [EntryResult](repeating: .settle(.done), count: entries.count)
        var changes: [(index: Int, change: ProjectedOrder)] = []
        for (index, entry) in entries.enumerated() {
            do throws(MessageError) {
                if let change = try ProjectedOrder(entry.fields) {
                    changes.append((index, change))
                } else {
                    counters.count(.ignored, "no_order")
                }
            } catch {
                results[index] = counters.bury(entry, error)
            }
        }
        guard !changes.isEmpty else { return results }
        var held: Set<AccountID> = []
        for ((index, change), result) in zip(changes, store.project(changes.map(\.change))) {
            switch result {
            case .success: counters.count(.applied, "projected")
            case .failure(let error):
                if held.insert(change.key.account).inserted {
                    counters.alarm("not projected", ["error": "\(error)"])
                }
                results[index] = .hold
            }
        }
        return results
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        counters.bury(entry, .crashLoop, nil)
    }
}
