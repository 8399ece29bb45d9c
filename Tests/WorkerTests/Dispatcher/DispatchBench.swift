import ServiceRuntime
import Shared
import TestSupport

@testable import Dispatcher

/// A dispatcher on a world in memory, with one order of `live:7` in it.
final class DispatchBench {
    let world = MemoryWorld(partitions: 4, now: 1_700_000_000_000)
    let tally = Tally()
    let outage = Outage()
    let lane = LaneID(queue: .reports, 0)
    let processor: DispatchProcessor
    private var sequence: Int64 = 0

    init() {
        processor = DispatchProcessor(
            store: GatedStore(world, outage), partitions: world.partitions,
            version: AgreedVersion(), counters: tally)
    }

    /// Cuts calls off by name.
    final class Outage: CallGate {
        var away: Set<StoreCall> = []
        private(set) var calls: [StoreCall] = []

        func enter(_ call: StoreCall, items: Int) -> CallFate {
            calls.append(call)
            return away.contains(call) ? .unanswered(items: 0) : .proceeds
        }

        func leave(_ call: StoreCall) -> Bool { true }

        func take() -> [StoreCall] {
            defer { calls = [] }
            return calls
        }
    }

    /// Puts an order into the world as a placement leaves it.
    func keep(_ order: Order) throws {
        world[hash: order.account.holdings(order.id)] = order.fields
        world.set(Keys.lookup(LifecycleID(order.id)), order.id.text)
        for entry in order.ids.entries {
            world.set(Keys.lookup(try LifecycleID(String(entry.name))), order.id.text)
        }
        world.set(
            Keys.orderData(order.id),
            Fields([
                .init("user_type", order.account.userType.rawValue),
                .init("user_id", order.account.userID),
            ]))
    }

    func entry(_ fields: KeyValuePairs<String, String>) -> Entry {
        var report = Fields([.init("type", "execution_report")])
        for (name, value) in fields { report[name] = value }
        return entry(report)
    }

    func entry(_ fields: Fields) -> Entry {
        sequence += 1
        return Entry(id: EntryID(milliseconds: world.now, sequence: sequence), fields: fields)
    }

    func process(_ entries: [Entry]) -> [EntryResult] {
        processor.process(entries, lane: lane, now: world.now)
    }

    func process(_ entry: Entry) -> EntryResult { process([entry])[0] }

    /// What lies in a role's queue for the order's account.
    func routed(_ role: Role, _ account: AccountID) throws -> [OrderMessage] {
        let partition = account.partition(of: world.partitions)
        return try world.entries(of: LaneID(queue: role, partition).stream).map {
            try OrderMessage($0.fields, entry: "\($0.id)")
        }
    }
}

extension EntryResult {
    var isDone: Bool { self == .settle(.done) }

    /// Why it is dead, and what its letter says.
    var death: (reason: DeadReason, detail: String)? {
        guard case .settle(.dead(let reason, let fields)) = self else { return nil }
        return (reason, fields["dead_detail"] ?? "")
    }

    /// The fields with which it waits.
    var waiting: Fields? {
        guard case .settle(.delay(_, let fields)) = self else { return nil }
        return fields
    }
}
