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

        /// Lets both go on when both have come: each step is a race of its own.
        func start(step: Int) {
            arrived.add(1, ordering: .sequentiallyConsistent)
            while arrived.load(ordering: .sequentiallyConsistent) < 2 * (step + 1) {
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
        Self.run(race) {
            let stores = RedisStores(address, partitions: 1)
            for start in stride(from: Self.orders - Self.step, through: 0, by: -Self.step) {
                race.start(step: (Self.orders - Self.step - start) / Self.step)
                let low = try Self.price(start)
                let quote = RedisPriceStore.Quote(symbol: symbol, bid: low, ask: low)
                try stores.prices.publish([quote])[0].get()
                let watch = TriggerWatch(symbol: symbol, nonce: nonce)
                let reply = try stores.triggers.fire([watch], maxPriceAge: 5_000)[0].get()
                guard case .fired(let fills, _) = reply else { throw Unexpected("\(reply)") }
                // Reported at once, so that there is room for more.
                let reported = TriggerWatch(
                    symbol: symbol, nonce: nonce, reported: fills.map(\.execID))
                _ = try stores.triggers.fire([reported], maxPriceAge: 5_000)[0].get()
                race.found.withLock { $0.fired.formUnion(fills.map(\.key.order.text)) }
            }
        }
        Self.run(race) {
            let stores = RedisStores(address, partitions: 1)
            for start in stride(from: Self.orders - Self.step, through: 0, by: -Self.step) {
                race.start(step: (Self.orders - Self.step - start) / Self.step)
                let some = Array(cancels[start..<start + Self.step])
                for (cancel, reply) in zip(some, stores.triggers.change(some)) {
                    let answer = try reply.get()
                    race.found.withLock { found in
                        let order: Set = [cancel.key.order.text]
                        if answer.status == .cancelled {
                            found.cancelled.formUnion(order)
                        } else {
                            found.refused.formUnion(order)
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

    private static func run(_ race: Race, _ body: @escaping @Sendable () throws -> Void) {
        Thread.start {
            do { try body() } catch { race.found.withLock { $0.faults.append("\(error)") } }
            race.found.withLock { $0.running -= 1 }
        }
    }
}
