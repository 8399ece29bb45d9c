import RedisDriver
import ServiceRuntime
import Shared
import Synchronization
import TestSupport
import Testing

@testable import HouseProvider

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct TriggerRaceTests {
    /// What two processes found that race for the same orders.
    private final class Race: Sendable {
        let found = Mutex(Found())
        private let arrived = Atomic(0)

        /// One step of one side: each step is a race of its own.
        ///
        /// - Parameter comesSecond: this side waits until the other one is done.
        func run(step: Int, comesSecond: Bool, _ body: () throws -> Void) throws {
            meet(2 * step)
            if comesSecond { meet(2 * step + 1) }
            try body()
            if !comesSecond { meet(2 * step + 1) }
        }

        /// Lets both go on when both have come.
        private func meet(_ time: Int) {
            arrived.add(1, ordering: .sequentiallyConsistent)
            while arrived.load(ordering: .sequentiallyConsistent) < 2 * (time + 1) {
                // One that ended with a fault does not come any more.
                if found.withLock({ $0.running }) < 2 { return }
                Thread.rest(.microseconds(20))
            }
        }
    }

    private struct Found {
        var fired: Set<String> = []
        var cancelled: Set<String> = []
        var refused: Set<String> = []
        var faults: [String] = []
        var running = 2
    }

    private static let orders = 1_000
    /// Orders that one tick fires, and that one round trip cancels.
    private static let step = 10

    /// The price of an order's BUY_LIMIT: the market falls through the highest first.
    private static func price(_ index: Int) throws -> Price {
        try Price("1") + Price(raw: Int64(index) * 10_000)
    }

    @Test(
        "a thousand orders are fired or cancelled, each one of the two",
        arguments: Deployment.allCases)
    func race(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        try home.own()
        let ids = (0..<Self.orders).map {
            OrderID(number: home.store.order.number * 10_000 + Int64($0))
        }
        let rests = try ids.enumerated().map { index, id in
            try home.asking(
                .rest(.buyLimit, price: try Self.price(index), quantity: try Quantity("1")),
                order: id)
        }
        for reply in home.store.stores.triggers.change(rests) { _ = try reply.get() }
        let cancels = try ids.map { id in
            try home.asking(.cancel, under: "CXL\(id)", order: id)
        }
        let race = Race()
        let address = home.store.stores.client.address
        let (symbol, nonce) = (home.store.symbol, home.nonce)
        // The first step is the tick's and the last the cancels', whatever the machine does.
        let steps = Self.orders / Self.step
        Self.run(race) {
            let stores = RedisStores(address, partitions: 1)
            for step in 0..<steps {
                try race.run(step: step, comesSecond: step == steps - 1) {
                    let low = try Self.price(Self.orders - (step + 1) * Self.step)
                    let fired = try Self.fire(stores, symbol, nonce, at: low)
                    race.found.withLock { $0.fired.formUnion(fired) }
                }
            }
        }
        Self.run(race) {
            let stores = RedisStores(address, partitions: 1)
            for step in 0..<steps {
                let start = Self.orders - (step + 1) * Self.step
                let some = Array(cancels[start..<start + Self.step])
                try race.run(step: step, comesSecond: step == 0) {
                    for (cancel, reply) in zip(some, stores.triggers.change(some)) {
                        guard case .answered(let answer) = try reply.get() else {
                            throw Unexpected("no price is asked for")
                        }
                        let isCancelled = answer.status == .cancelled
                        race.found.withLock { found in
                            if isCancelled {
                                found.cancelled.formUnion([cancel.key.order.text])
                            } else {
                                found.refused.formUnion([cancel.key.order.text])
                            }
                        }
                    }
                }
            }
        }
        #expect(eventually(within: .seconds(30)) { race.found.withLock { $0.running } == 0 })
        let all = Set(ids.map(\.text))
        let found = race.found.withLock { $0 }
        #expect(found.faults.isEmpty)
        #expect(found.fired.isDisjoint(with: found.cancelled))
        #expect(found.fired.union(found.cancelled) == all)
        #expect(found.fired == found.refused)
        #expect(!found.fired.isEmpty && !found.cancelled.isEmpty, "a race has two sides")
        print("fired \(found.fired.count), cancelled \(found.cancelled.count)")
        #expect(try home.resting() == 0)
    }

    /// A tick, and the orders that it fired; reported at once, so that there is room for more.
    private static func fire(
        _ stores: RedisStores, _ symbol: Symbol, _ nonce: LeaseNonce, at price: Price
    ) throws -> [String] {
        let quote = RedisPriceStore.Quote(symbol: symbol, bid: price, ask: price)
        try stores.prices.publish([quote])[0].get()
        let watch = TriggerWatch(symbol: symbol, nonce: nonce)
        let reply = try stores.triggers.fire([watch], maxPriceAge: 5_000)[0].get()
        guard case .fired(let fills, _) = reply else { throw Unexpected("\(reply)") }
        let reported = TriggerWatch(symbol: symbol, nonce: nonce, reported: fills.map(\.execID))
        _ = try stores.triggers.fire([reported], maxPriceAge: 5_000)[0].get()
        return fills.map(\.key.order.text)
    }

    private static func run(_ race: Race, _ body: @escaping @Sendable () throws -> Void) {
        Thread.start {
            do { try body() } catch { race.found.withLock { $0.faults.append("\(error)") } }
            race.found.withLock { $0.running -= 1 }
        }
    }
}
