import TestSupport
import Testing

/// `fleet trade` at work beside the test: so many orders placed, awaited, closed, awaited.
final class Trade {
    let orders: Int
    let process: Subprocess

    init(_ fleet: FleetUnderTest, orders: Int, window: Int, name: String = "t") throws {
        self.orders = orders
        process = try Subprocess(
            Binaries.path("fleet"),
            [
                "trade", "--file", "\(fleet.folder)/house.json", "--orders", "\(orders)",
                "--window", "\(window)", "--timeout", "60", "--name", name,
            ], environment: fleet.environment)
    }

    var isRunning: Bool { process.isRunning }

    func finish(_ fleet: FleetUnderTest, within limit: Duration) throws {
        let exit = process.wait(within: limit)
        if exit == nil { process.killNow() }
        let text = process.output.suffix(3_000) + process.errors.suffix(1_000)
        try #require(exit == .exited(0), "fleet trade: \(text)\n\(fleet.complaints)")
        #expect(text.contains("placed, filled and closed: \(orders)"), "\(text)")
    }
}
