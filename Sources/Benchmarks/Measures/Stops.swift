import RedisDriver
import ServiceRuntime
import Shared

/// Stop losses at the house: what a tick costs that fires none of them, and how soon all positions are
/// closed after one that fires many.
struct Stops {
    let server: Server
    let url: String
    let options: Options
    let report: Report

    private static let services = [
        "house-provider", "dispatcher", "worker-stop-loss", "worker-close",
    ]
    /// Between two ticks, so that each is looked at by itself.
    private static let pause: Duration = .milliseconds(5)

    struct Result {
        /// Of a tick that fires nothing, microseconds on a core.
        let houseCost: Double
        let serverCost: Double
        /// From the tick that fires, milliseconds.
        let reported: Int64
        let closed: Int64
    }

    func measure() throws -> Result {
        let scene = Scene(stage: .stops, accounts: options.stops, ordersPerAccount: 1)
        report.progress("stops: the scene, \(scene.accounts) accounts")
        try server.reset(logged: true)
        let seeding = Seeding(scene, in: server)
        try seeding.state(nil)
        let members = try server.start(Stops.services, redis: url)
        try seeding.requests()
        report.progress("stops: the house takes \(options.stops) stop losses")
        try wait { try server.events() >= options.stops }
        let (house, redis) = try quiet(members[0])
        report.progress("stops: \(Scene.nearStops) fire")
        let start = MonotonicTime.now()
        try tick(bid: "1.08")
        let all = options.stops + Scene.nearStops
        try wait { try server.reported() >= all }
        let reported = MonotonicTime.now().since(start).milliseconds
        try wait { try server.events() >= all }
        let closed = MonotonicTime.now().since(start).milliseconds
        for member in members { member.stop() }
        try server.checkApplied(all)
        return Result(houseCost: house, serverCost: redis, reported: reported, closed: closed)
    }

    /// Ticks around a price at which nothing fires.
    private func quiet(_ house: Member) throws -> (house: Double, redis: Double) {
        report.progress("stops: \(options.quietTicks) ticks that fire none")
        let before = (try ProcessUsage.processor(house.pid), try ProcessUsage.processor(server.pid))
        for number in 0..<options.quietTicks {
            try tick(bid: "1.085\(number % 10)")
            Thread.rest(Stops.pause)
        }
        let after = (try ProcessUsage.processor(house.pid), try ProcessUsage.processor(server.pid))
        let each = Double(options.quietTicks) * 1_000
        return (Double(after.0 - before.0) / each, Double(after.1 - before.1) / each)
    }

    private func tick(bid: String) throws {
        let bid = try Price(bid)
        let quote = RedisPriceStore.Quote(
            symbol: try Symbol(SeededAccount.symbols[0]), bid: bid,
            ask: try bid + Price("0.0002"))
        for reply in RedisPriceStore(server.client).publish([quote]) { try reply.get() }
    }

    private func wait(_ isSo: () throws -> Bool) throws {
        try Wait.until(
            every: .milliseconds(5), or: "the stop losses were not answered within two minutes",
            isSo)
    }
}
