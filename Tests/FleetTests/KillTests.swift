import PostgresDriver
import Shared
import TestSupport
import Testing

/// kill -9 of each process in the middle of the work: nothing lost, nothing twice.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct KillTests {
    @Test(.timeLimit(.minutes(6)))
    func `each process is killed several times in 5,000 orders`() throws {
        let fleet = try FleetUnderTest(copies: 2)
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        try fleet.create(.outside(10))
        let provider = Outsider(fleet.redis.address, partitions: FleetUnderTest.partitions)
        defer { provider.stop() }
        let trade = try Trade(fleet, orders: 5_000, window: 150)
        let outside = try accounts()
        var placed = 0
        var killer = Killer(fleet, seed: 1)
        for _ in 0..<3 where trade.isRunning {
            try killer.round(Binaries.processes) {
                // Work for worker-reject too, as long as the killing goes on.
                try place(&placed, on: outside, fleet)
                return trade.isRunning
            }
        }
        print("kills: \(killer.kills.sorted { $0.key < $1.key }), orders outside: \(placed)")
        for name in Binaries.processes {
            #expect(killer.kills[name, default: 0] >= 3, "\(name); the trading was over too early")
        }
        try trade.finish(fleet, within: .seconds(240))
        try fleet.awaitRest()
        for attempt in 1...2 { try close(attempt, fleet) }
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
        try fleet.expectAnsweredOutside(placed)
    }

    private func accounts() throws -> [AccountID] {
        try (0..<10).map { try AccountID(.live, "\(9001 + $0)") }
    }

    /// One more order on each account of the other provider.
    private func place(
        _ placed: inout Int, on accounts: [AccountID], _ fleet: FleetUnderTest
    ) throws {
        let number = placed
        let side = (number / accounts.count).isMultiple(of: 2) ? "BUY" : "SELL"
        try fleet.send(
            accounts.map { ($0, "outside:\(number)", FleetUnderTest.market(side)) })
        placed += accounts.count
    }

    /// Asks for the close of everything that is open at the other provider.
    private func close(_ attempt: Int, _ fleet: FleetUnderTest) throws {
        let rows = try fleet.database.query(
            "SELECT user_id, order_id::text AS id FROM orders WHERE flow = 'barclays' AND state = 'open'"
        )
        let commands = try rows.map { row in
            let id = try row.text("id")
            let details = [("command", "close"), ("order_id", id)]
            return (
                try AccountID(.live, try row.text("user_id")), "close:\(id):\(attempt)", details
            )
        }
        #expect(!commands.isEmpty)
        try fleet.send(commands)
        for command in commands {
            let answer = try fleet.awaitAnswer(command.0, command.1)
            #expect(answer["status"] == "accepted", "\(answer)")
        }
        try fleet.awaitRest()
    }
}
