import Shared
import Statements

/// A statement as it is traded again: what there is to do, and under which request ids.
struct PlayedStatement {
    let name: String
    let actions: [TimedAction]

    /// - Parameter name: how requests call it, `<name>:<row>`.
    init(_ statement: Statement, name: String) throws {
        self.name = name
        actions = Timeline(statement).actions
        for action in actions {
            switch action.action {
            case .deposit, .withdraw, .open, .close: continue
            case .placePending, .cancel:
                throw Failure(
                    "row \(action.row) is a pending order; play trades positions and money only")
            }
        }
        guard let last = actions.map(\.row).max() else { throw Failure("the statement is empty") }
        // The longest id that will be made, so that a name that is too long is told at once.
        _ = try RequestID("\(name):\(last):close")
    }

    /// The request of a row; a close has one of its own beside the placement's.
    func request(_ action: TimedAction) throws -> RequestID {
        switch action.action {
        case .close, .cancel: try RequestID("\(name):\(action.row):close")
        case .deposit, .withdraw, .open, .placePending: try RequestID("\(name):\(action.row)")
        }
    }
}

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

/// One position's profit beside the recorded one.
struct ComparedProfit: Sendable, Equatable {
    let row: Int
    let symbol: Symbol
    /// Nil where the placement was refused.
    let order: OrderID?
    let recorded: Money
    /// What the fleet booked; nil where the position did not close.
    let booked: Money?
    let state: OrderState?

    var isEqual: Bool { booked == recorded }
}
