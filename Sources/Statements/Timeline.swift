package import Shared

/// What a client does, to live through a recorded statement again. Each case carries its row's
/// record: price, volume and, at the close, the profit that must come out.
package enum StatementAction: Sendable, Equatable {
    /// Account currency, above zero.
    case deposit(Money)
    /// Account currency, above zero.
    case withdraw(Money)
    case open(RecordedPosition)
    case close(RecordedPosition)
    case placePending(RecordedOrder)
    case cancel(RecordedOrder)

    /// The market's price that the statement records for this moment, nil where it records none:
    /// when money moves, and when a pending order is placed (its own price is not the market's).
    package var recordedPrice: (symbol: Symbol, price: Price)? {
        switch self {
        case .open(let position): (position.symbol, position.openPrice)
        case .close(let position): (position.symbol, position.closePrice)
        case .cancel(let order): (order.symbol, order.cancelPrice)
        case .deposit, .withdraw, .placePending: nil
        }
    }
}

/// An action, when it happened, and the row that tells of it.
package struct TimedAction: Sendable, Equatable {
    /// Milliseconds since 1970, UTC.
    package let time: Int64
    /// Line of the file, counted from 1; the header is line 1.
    package let row: Int
    package let action: StatementAction
}

/// A statement as its client lived it.
///
/// Actions of one second come in the order that keeps margin valid: deposits, then what frees
/// margin (closes, cancels), then withdrawals, then what takes margin (opens, placements). What
/// began and ended within one second ends last, after its own beginning. Among equals the later
/// line comes first, because files run newest first.
package struct Timeline: Sendable {
    package let actions: [TimedAction]

    package init(_ statement: Statement) {
        let steps = statement.rows.flatMap(Self.steps)
        actions = steps.sorted { $0.order < $1.order }.map(\.timed)
    }

    /// Where an action stands among those of its second.
    private enum Rank: Int { case deposit, ending, withdrawal, beginning, endingOfTheSameSecond }

    private struct Step {
        let rank: Rank
        let timed: TimedAction

        var order: (Int64, Int, Int) { (timed.time, rank.rawValue, -timed.row) }
    }

    private static func steps(of row: StatementRow) -> [Step] {
        func step(_ time: Int64, _ rank: Rank, _ action: StatementAction) -> Step {
            Step(rank: rank, timed: TimedAction(time: time, row: row.number, action: action))
        }
        func ending(_ begun: Int64, _ ended: Int64) -> Rank {
            begun == ended ? .endingOfTheSameSecond : .ending
        }
        switch row.kind {
        case .balance(let balance):
            return balance.amount.isPositive
                ? [step(balance.time, .deposit, .deposit(balance.amount))]
                : [step(balance.time, .withdrawal, .withdraw(-balance.amount))]
        case .position(let position):
            let end = ending(position.openTime, position.closeTime)
            return [
                step(position.openTime, .beginning, .open(position)),
                step(position.closeTime, end, .close(position)),
            ]
        case .pending(let order):
            let end = ending(order.openTime, order.cancelTime)
            return [
                step(order.openTime, .beginning, .placePending(order)),
                step(order.cancelTime, end, .cancel(order)),
            ]
        }
    }
}
