import Shared
import Statements

/// Recorded rates by time, published as the statement's clock reaches them.
struct RateTimeline {
    private let ticks: [Symbol: [Tick]]

    init(_ ticks: [Tick]) { self.ticks = Dictionary(grouping: ticks, by: \.symbol) }

    /// Each symbol's last rate at a time; before its first one, the first.
    func rates(at time: Int64) -> [Tick] {
        ticks.values.compactMap { ticks in ticks.last { $0.time <= time } ?? ticks.first }
            .sorted { $0.symbol.text < $1.symbol.text }
    }
}
