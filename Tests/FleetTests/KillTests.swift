import Shared
import TestSupport
import Testing

/// kill -9 of each process in the middle of the work: nothing lost, nothing twice.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct KillTests {
    @Test(.timeLimit(.minutes(4)))
    func `each process is killed several times in 5,000 orders`() throws {
        let fleet = try FleetUnderTest(copies: 2)
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let trade = try Trade(fleet, orders: 5_000, window: 150)
        var killer = Killer(fleet, seed: 1)
        for _ in 0..<3 where trade.isRunning {
            try killer.round(Binaries.processes) { trade.isRunning }
        }
        #expect(trade.isRunning, "the killing was over before the trading: \(killer.kills)")
        try trade.finish(fleet, within: .seconds(120))
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
        for name in Binaries.processes { #expect(killer.kills[name, default: 0] >= 3) }
    }
}
