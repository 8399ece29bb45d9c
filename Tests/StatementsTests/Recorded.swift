import Glibc
import Shared

@testable import Statements

/// The recorded files that the demo plays; the tests read the same copies.
enum Recorded: String, CaseIterable {
    case positions = "us30_nzdcad_signal_positions"
    case orderBook = "xauusd_signal_orderbook"
    case eurusd = "eurusd_ticks_20200101"
    case gbpusd = "gbpusd_m1_201202"
    case usdjpy = "usdjpy_ticks_20130101"
    case rates = "usdcad_rates"

    struct Unreadable: Error { let path: String }

    /// The whole file.
    func bytes() throws -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/deploy/demo/data/\(rawValue).csv"
        guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
            bytes += chunk[..<count]
        }
        return bytes
    }

    func statement() throws -> Statement { try StatementReader.read(try bytes()) }

    /// Every tick that is not crossed, and how many were.
    func ticks() throws -> (ticks: [Tick], crossed: Int) { try allTicks(try bytes()) }
}

/// Reads a tick file to its end.
func allTicks(_ bytes: [UInt8]) throws -> (ticks: [Tick], crossed: Int) {
    var reader = TickReader(bytes)
    var ticks: [Tick] = []
    while let tick = try reader.next() { ticks.append(tick) }
    return (ticks, reader.crossed)
}

extension Statement {
    /// The filled rows of one instrument with their lines, in the order of the file.
    func positions(of symbol: String) -> [(row: Int, position: RecordedPosition)] {
        rows.compactMap { row in
            guard case .position(let position) = row.kind, position.symbol.text == symbol else {
                return nil
            }
            return (row.number, position)
        }
    }

    var pendingOrders: [RecordedOrder] {
        rows.compactMap { row in
            if case .pending(let order) = row.kind { order } else { nil }
        }
    }

    var balances: [RecordedBalance] {
        rows.compactMap { row in
            if case .balance(let balance) = row.kind { balance } else { nil }
        }
    }
}

extension Sequence<Money> {
    /// The exact sum as text.
    func total() throws -> String { try reduce(Money.zero) { try $0 + $1 }.text }
}
