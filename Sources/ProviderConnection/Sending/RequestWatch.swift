import ServiceRuntime
import Shared

/// Looks now and then for requests that nobody has answered for too long, and says so, whenever
/// there are more of them than before. They are never presumed refused (domain §7).
struct RequestWatch {
    private let rules: SendRules
    private var last: MonotonicTime?
    private var known = 0

    init(_ rules: SendRules) { self.rules = rules }

    mutating func look(
        _ lane: LaneID, _ store: any WireStore, _ counters: any OutcomeCounting
    ) {
        let now = MonotonicTime.now()
        if let last, now.since(last) < rules.watch { return }
        last = now
        let found: OverdueRequests
        do throws(StoreError) {
            found = try store.overdue(lane, age: rules.requestAlarm, most: 1)
        } catch {
            // The lane itself says so where its store is away; what is refused is for somebody.
            if !error.isUnavailable {
                counters.alarm("requests not readable", ["error": error.description])
            }
            return
        }
        counters.gauge("unanswered:\(lane.partition)", found.count)
        if found.count > known, let oldest = found.oldest.first {
            counters.alarm(
                "requests unanswered",
                [
                    "lane": "\(lane)", "count": String(found.count), "oldest": oldest.id.text,
                    "age_ms": String(oldest.age),
                ])
        }
        known = found.count
    }
}
