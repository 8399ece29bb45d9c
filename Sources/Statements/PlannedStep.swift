package import Shared

/// One step of a client that trades a statement again: the price that it publishes, then what it does
/// and awaits.
package struct PlannedStep: Sendable, Equatable {
    /// When the statement's story stands there: milliseconds since 1970, UTC.
    package let time: Int64
    /// Line of the file, counted from 1; the header is line 1.
    package let row: Int
    /// Published as bid and ask before the act; nil where the market stays.
    package let quote: Quote?
    package let act: Act

    package struct Quote: Sendable, Equatable {
        package let symbol: Symbol
        package let price: Price
        /// The statement records no such price; it is needed to get where the statement says.
        package let isSynthetic: Bool
    }

    package enum Act: Sendable, Equatable {
        /// Account currency, above zero.
        case deposit(Money)
        /// Account currency, above zero.
        case withdraw(Money)
        /// A market order, awaited to its fill.
        case open(RecordedPosition)
        /// A stop order at the recorded entry, awaited until it rests.
        case placeEntry(RecordedPosition)
        case awaitFill(RecordedPosition)
        /// Awaited until the leg is active, or has filled.
        case setLeg(Leg, Price, RecordedPosition)
        /// The market is at the recorded close, which does not reach the leg that closed there.
        case pass(RecordedPosition)
        /// A leg closes the position.
        case awaitLegFill(RecordedPosition)
        /// A close by command, awaited to its end.
        case close(RecordedPosition)
        /// A pending order at a price, awaited until it rests.
        case placePending(RecordedOrder, at: Price)
        /// A change to the recorded price.
        case modify(RecordedOrder)
        case cancel(RecordedOrder)
    }
}

/// Why a statement cannot be traded again.
package enum PlanError: Error, Sendable, Equatable {
    case empty
    /// Where a pending order has to be placed, the market cannot be: what rests leaves it no price.
    case noRoom(row: Int)
    /// A price that the row needs, and that is not recorded, would fill what another row has resting.
    case fillsAnother(row: Int, price: Price, other: Int)
    case number(row: Int, NumberError)
}

extension PlanError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the statement is empty"
        case .noRoom(let row):
            "row \(row): no price lies between the orders that rest while it is placed"
        case .fillsAnother(let row, let price, let other):
            "row \(row) needs the price \(price), which would fill row \(other)"
        case .number(let row, let error): "row \(row): \(error)"
        }
    }
}
