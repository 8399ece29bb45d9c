import TestSupport
import Testing

/// `fleet trade` at work beside the test: so many orders placed, awaited, closed, awaited.
final class Trade {
    let orders: Int
    let process: Subprocess
    private let name: String

    /// - Parameter patience: seconds that one order may make no progress.
    init(
        _ fleet: FleetUnderTest, orders: Int, window: Int, patience: Int = 60, name: String = "t"
    ) throws {
        self.orders = orders
        self.name = name
        process = try Subprocess(
            Binaries.path("fleet"),
            [
                "trade", "--file", "\(fleet.folder)/house.json", "--orders", "\(orders)",
                "--window", "\(window)", "--timeout", "\(patience)", "--name", name,
            ], environment: fleet.environment)
    }

    var isRunning: Bool { process.isRunning }

    func finish(_ fleet: FleetUnderTest, within limit: Duration) throws {
        let exit = process.wait(within: limit)
        if exit == nil { process.killNow() }
        let text = process.output.suffix(3_000) + process.errors.suffix(1_000)
        if exit != .exited(0) {
            // What an operator would look at.
            for words in [["dead", "list"], ["status"], ["reconcile"]] {
                print("\(words): \(try fleet.tool(words).text)")
            }
            for name in text.split(separator: " ").filter({ $0.hasPrefix("\(name):") }).prefix(1) {
                let request = String(name).split(separator: ",")[0]
                print(try fleet.tool(["trace", String(request)]).text)
            }
        }
        try #require(exit == .exited(0), "fleet trade: \(text)\n\(fleet.complaints)")
        #expect(text.contains("placed, filled and closed: \(orders)"), "\(text)")
    }
}
