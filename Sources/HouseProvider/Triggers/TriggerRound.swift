import ServiceRuntime
import Shared

/// Looks at symbols that are ours until nothing more fires, and reports what did.
///
/// A fill is a fact of the store before its report is sent, and forgotten after: whoever looks next
/// reports again what was not seen to be reported, with the same price, time and exec id.
final class TriggerRound {
    private let store: any TriggerStore
    private let reports: any ReportSink
    private let partitions: Int
    private let rules: HouseRules
    private let counters: any OutcomeCounting
    private var alarms: StoreAlarms

    /// - Parameter partitions: how many each queue has.
    init(
        _ store: any TriggerStore, reports: any ReportSink, partitions: Int, rules: HouseRules,
        counters: any OutcomeCounting
    ) {
        self.store = store
        self.reports = reports
        self.partitions = partitions
        self.rules = rules
        self.counters = counters
        alarms = StoreAlarms(counters)
    }

    /// What came of looking at symbols.
    struct Outcome: Equatable {
        /// Symbols whose lease is somebody else's.
        var lost: Set<Symbol> = []
        /// Symbols that want another look soon: the store was away, or reports were not sent.
        var unfinished: Set<Symbol> = []
    }

    /// - Parameter isOver: asked between two round trips; what is left is unfinished then.
    func look(
        at claims: [Symbol: LeaseNonce], until isOver: () -> Bool = { false }
    ) -> Outcome {
        var outcome = Outcome()
        var watches = claims.sorted { $0.key.text < $1.key.text }
            .map { TriggerWatch(symbol: $0.key, nonce: $0.value) }
        while !watches.isEmpty {
            guard !isOver() else {
                outcome.unfinished.formUnion(watches.map(\.symbol))
                break
            }
            watches = step(watches, &outcome)
        }
        return outcome
    }

    /// One look at each: what fired is reported, and the next look says so. Returns those that want
    /// a next look at once.
    private func step(_ watches: [TriggerWatch], _ outcome: inout Outcome) -> [TriggerWatch] {
        var next: [TriggerWatch] = []
        var fired: [(index: Int, fill: TriggerFill)] = []
        for (watch, reply) in zip(
            watches, store.fire(watches, maxPriceAge: rules.maxPriceAge))
        {
            switch reply {
            case .success(.leaseLost): outcome.lost.insert(watch.symbol)
            case .success(.fired(let fills, let hasMore)):
                alarms.note(nil, "triggers not compared", watch.symbol.text)
                guard hasMore || !fills.isEmpty else { continue }
                fired += fills.map { (next.count, $0) }
                next.append(TriggerWatch(symbol: watch.symbol, nonce: watch.nonce))
            case .failure(let error):
                outcome.unfinished.insert(watch.symbol)
                alarms.note(error, "triggers not compared", watch.symbol.text)
            }
        }
        let unsent = report(fired, on: &next)
        outcome.unfinished.formUnion(unsent.map { next[$0].symbol })
        return next.indices.filter { !unsent.contains($0) || !next[$0].reported.isEmpty }
            .map { next[$0] }
    }

    /// Notes on each watch what was reported; returns those of which something was not.
    private func report(
        _ fired: [(index: Int, fill: TriggerFill)], on watches: inout [TriggerWatch]
    ) -> Set<Int> {
        guard !fired.isEmpty else { return [] }
        let copies = store.copy(fired.map(\.fill.copy))
        let sent = reports.send(
            fired.map { fired in
                PlacedReport(
                    partition: fired.fill.key.account.partition(of: partitions),
                    report: fired.fill.report)
            })
        var unsent: Set<Int> = []
        for (item, (report, copy)) in zip(fired, zip(sent, copies)) {
            let told = report.failure ?? copy.failure.flatMap { $0.isUnavailable ? $0 : nil }
            // Other readers' copy that the store refuses is somebody's to mend; the fill is told.
            alarms.note(report.failure ?? copy.failure, "fill not told", item.fill.execID)
            guard told == nil else {
                unsent.insert(item.index)
                continue
            }
            counters.count(.applied, "fired")
            watches[item.index].reported.append(item.fill.execID)
        }
        return unsent
    }
}
