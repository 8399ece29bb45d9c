package import Shared

/// One row of a broker's trade history.
package struct StatementRow: Sendable, Equatable {
    /// Line of the file, counted from 1; the header is line 1. Names the row in request ids.
    package let number: Int
    package let kind: Kind

    package enum Kind: Sendable, Equatable {
        case balance(RecordedBalance)
        case position(RecordedPosition)
        case pending(RecordedOrder)
    }

    /// When the row's story begins: milliseconds since 1970, UTC.
    package var openTime: Int64 {
        switch kind {
        case .balance(let balance): balance.time
        case .position(let position): position.openTime
        case .pending(let order): order.openTime
        }
    }
}

/// Money paid in or taken out.
package struct RecordedBalance: Sendable, Equatable {
    /// Milliseconds since 1970, UTC.
    package let time: Int64
    /// Account currency; above zero a deposit, below a withdrawal, never zero.
    package let amount: Money
    /// What the broker or client wrote; empty if nothing.
    package let comment: String
}

/// A position, opened and closed whole.
package struct RecordedPosition: Sendable, Equatable {
    /// Milliseconds since 1970, UTC.
    package let openTime: Int64
    package let side: Side
    /// Lots, above zero.
    package let volume: Quantity
    package let symbol: Symbol
    package let openPrice: Price
    /// The last legs that the position had; nil for none.
    package let stopLoss: Price?
    package let takeProfit: Price?
    /// Milliseconds since 1970, UTC; never before `openTime`.
    package let closeTime: Int64
    package let closePrice: Price
    /// Account currency, negative for a cost; nil where the file has nothing.
    package let commission: Money?
    package let swap: Money?
    /// Account currency, without commission and swap.
    package let profit: Money
    /// As the file has it; brokers append how the position ended.
    package let comment: String

    /// What ended the position: brokers append `[sl]` or `[tp]` to its comment, MT5 with the level
    /// inside, as in `[sl 4044.83]`. Without a mark it was closed by the client, or in his name.
    package var closeMessage: CloseMessage {
        guard comment.last == "]", let mark = comment.split(separator: "[").last else {
            return .closed
        }
        switch mark.prefix(while: { $0 != "]" && $0 != " " }) {
        case "sl": return .stopLoss
        case "tp": return .takeProfit
        default: return .closed
        }
    }
}

/// A pending order that was cancelled before it filled. Filled ones are recorded as positions.
package struct RecordedOrder: Sendable, Equatable {
    /// When it was placed: milliseconds since 1970, UTC.
    package let openTime: Int64
    /// Never BUY or SELL.
    package let type: OrderType
    /// Lots, above zero.
    package let volume: Quantity
    package let symbol: Symbol
    /// The price that it waited for.
    package let price: Price
    package let stopLoss: Price?
    package let takeProfit: Price?
    /// When it was cancelled: milliseconds since 1970, UTC; never before `openTime`.
    package let cancelTime: Int64
    /// The market's price at that moment.
    package let cancelPrice: Price
}
