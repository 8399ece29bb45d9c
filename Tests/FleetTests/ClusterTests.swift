import Shared
import TestSupport
import Testing

/// The same fleet on a Redis Cluster of three nodes.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct ClusterTests {
    @Test(.timeLimit(.minutes(4)))
    func `orders are traded over three nodes, also past a killed worker`() throws {
        let fleet = try FleetUnderTest(on: .cluster(try PrivateRedisCluster()))
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let trade = try Trade(fleet, orders: 1_000, window: 150)
        var killer = Killer(fleet, seed: 7)
        let hasBegun = eventually(within: .seconds(20)) {
            ((try? fleet.appended(to: .open)) ?? 0) > 200
        }
        #expect(hasBegun)
        try killer.kill(fleet.copies(of: "worker-open")[0])
        #expect(trade.isRunning, "the trading was over before the killing")
        try trade.finish(fleet, within: .seconds(150))
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
    }
}
