import Glibc
import Shared
import TestSupport
import Testing

/// Redis and Postgres die and come back while orders are traded.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct ServerTests {
    @Test(.timeLimit(.minutes(4)))
    func `Redis is killed and comes back with what it had acknowledged`() throws {
        let server = try PrivateRedis(appendOnly: true)
        let fleet = try FleetUnderTest(on: .single(server))
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let trade = try Trade(fleet, orders: 2_000, window: 200)
        for _ in 0..<3 {
            try awaitProgress(fleet)
            try server.restart()
        }
        try trade.finish(fleet, within: .seconds(150))
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
    }

    @Test(.timeLimit(.minutes(4)))
    func `the fleet trades on without Postgres, and the writer catches up`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let trade = try Trade(fleet, orders: 2_000, window: 200)
        try awaitProgress(fleet)
        fleet.postgres.kill()
        let away = ContinuousClock.now
        try trade.finish(fleet, within: .seconds(150))
        let unwritten = try fleet.depth(ofProcess: "persistence-writer")
        #expect(unwritten > 0, "nothing waited for Postgres")
        _ = eventually(within: .seconds(10)) { ContinuousClock.now - away > .seconds(10) }
        try fleet.postgres.start()
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
    }

    /// Waits until some more orders have been filled.
    private func awaitProgress(_ fleet: FleetUnderTest) throws {
        func filled() -> Int64 {
            FleetUnderTest.lanes(of: Role.open).reduce(0) { sum, lane in
                sum + ((try? fleet.settled(of: lane)) ?? 0)
            }
        }
        let before = filled()
        let goesOn = eventually(within: .seconds(20)) { filled() > before + 200 }
        try #require(goesOn, "no progress; \(fleet.complaints)")
    }
}
