import ServiceRuntime
import Shared
import TestSupport

@testable import Dispatcher

/// A report's whole way: the dispatcher and the seven workers with their real loops, on a world in
/// memory with one order of `live:7` in it.
final class WholeWayBench {
    let bench = DispatchBench()
    private let numbers = Numbers()
    private var handled: [Role: Int] = [:]

    /// Numbers one after the other.
    private final class Numbers: NumberSource {
        private var last: Int64 = 900

        func nextNumber() -> Int64 {
            last += 1
            return last
        }

        func random() -> UInt64 { UInt64(last) }
    }

    /// Puts the order and its account into the world.
    func keep(_ order: Order, balance: Money = 10_000) throws {
        try bench.keep(order)
        let account = try OrderBench.account(with: order, balance: balance)
        if var portfolio = account.portfolio {
            // Nothing was published of the account yet.
            portfolio.version = 0
            bench.world.set(order.account.portfolio, try portfolio.fields())
        }
        bench.world.set(order.account.config, Samples.config.fields)
        for (id, record) in account.book.records {
            bench.world.set(order.account.book, Fields([.init(id, record)]))
            bench.world[set: order.account.ordersIndex].insert(id)
        }
    }

    /// Handles a report; what dispatcher and worker counted, in this order.
    func hear(_ entry: Entry) throws -> (dispatcher: String, role: Role?, worker: String) {
        _ = bench.process(entry)
        let named = bench.tally.take()
        let account = try OrderBench.account()
        for role in Role.workers {
            let lane = LaneID(queue: role, account.partition(of: bench.world.partitions))
            let entries = bench.world.entries(of: lane.stream)
            let new = entries.dropFirst(handled[role] ?? 0)
            guard !new.isEmpty, let worker = role.handler else { continue }
            handled[role] = entries.count
            let processor = processor(worker)
            _ = processor.process(Array(new), lane: lane, now: bench.world.now)
            _ = bench.world.unbox(processor.takePublished())
            return (named, role, bench.tally.take())
        }
        return (named, nil, "")
    }

    private func processor(_ handler: some OrderEventHandler) -> any BatchProcessor {
        AccountProcessor(
            handler, store: GatedStore(bench.world, bench.outage), numbers: numbers,
            retention: .init(order: 3_600_000), counters: bench.tally)
    }

    /// The order as the world has it now.
    func order() throws -> Order {
        let key = OrderKey(try OrderBench.account(), OrderID(number: 42))
        return try Order(
            bench.world[hash: key.account.holdings(key.order)], account: key.account)
    }
}
