import Shared
import Statements

/// A recorded tick file as it comes due: its first tick at once, the others as much later as they
/// were recorded, divided by the speed.
struct TickFeed {
    let path: String
    private var reader: TickReader<IndexingIterator<[UInt8]>>
    private var next: Tick?
    private var start: Int64 = 0
    /// Only this symbol; nil for all.
    private let symbol: Symbol?
    /// Ticks handed out.
    private(set) var ticks = 0

    init(path: String, bytes: [UInt8], symbol: Symbol?) throws {
        self.path = path
        self.symbol = symbol
        reader = TickReader(bytes)
        try advance()
        start = next?.time ?? 0
    }

    /// Rows whose ask lay below their bid.
    var crossed: Int { reader.crossed }
    var hasEnded: Bool { next == nil }

    /// Ticks that are due once so much time has gone, in recorded milliseconds since the first.
    mutating func due(at recorded: Int64) throws -> [Tick] {
        var due: [Tick] = []
        while let tick = next, tick.time - start <= recorded {
            due.append(tick)
            try advance()
        }
        ticks += due.count
        return due
    }

    /// When the next tick is due, in recorded milliseconds since the first; nil at the end.
    var nextDue: Int64? { next.map { $0.time - start } }

    private mutating func advance() throws {
        do throws(TickError) {
            repeat { next = try reader.next() } while next.map { !isWanted($0) } ?? false
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    private func isWanted(_ tick: Tick) -> Bool { symbol == nil || tick.symbol == symbol }
}
