import Shared
import Statements

/// A position beside the recorded one.
struct PlayedPosition: Sendable, Equatable {
    let row: Int
    let recorded: RecordedPosition
    /// As it ended; nil where no order came to be.
    let order: Order?

    /// What the fleet booked; nil where the position did not close.
    private var booked: OrderMoney? { order?.state == .closed ? order?.money : nil }
    var profit: Money? { booked?.profit }

    /// Entry and exit, as a statement has it: negative for a cost.
    var commission: Money? {
        guard let booked else { return nil }
        // A sum that leaves the range of money equals no recorded one.
        return try? -((booked.commissionEntry ?? 0) + (booked.commissionExit ?? 0))
    }

    var hasRecordedProfit: Bool { profit == recorded.profit }

    /// Nil where the statement names no commission.
    var hasRecordedCommission: Bool? { recorded.commission.map { commission == $0 } }

    /// Nil where the statement does not say what closed the position.
    var hasRecordedMessage: Bool? {
        recorded.closingLeg.map { _ in booked?.closeMessage == recorded.closeMessage }
    }

    /// A stop that its broker closed better than its level: by market prices it closes at the level,
    /// and that profit was booked to the cent.
    var closedAtLevel: Bool {
        guard recorded.closedBetterThanLevel, let order, let closePrice = booked?.closePrice,
            let level = recorded.closingLeg.flatMap(recorded.level), closePrice == level,
            let conversion = Prices().conversion(for: order.terms.profitCurrency)
        else { return false }
        let expected = try? ProfitRules.close(
            terms: order.terms, side: order.side, quantity: order.quantity, entry: order.price,
            close: level, conversion: conversion)
        return profit == expected
    }
}

/// A pending order that was cancelled, beside the recorded one.
struct PlayedPending: Sendable, Equatable {
    let row: Int
    let recorded: RecordedOrder
    /// As it ended; nil where no order came to be.
    let order: Order?

    var isCancelled: Bool { order?.state == .cancelled }
    /// It was placed one point farther away and changed to the recorded price.
    var isModified: Bool { order?.price == recorded.price }
}

/// A request that the provider rejected, and that was made again.
struct PlayedRejection: Sendable, Equatable {
    /// What can be rejected, in the order in which it happens to an order.
    enum Kind: String, Sendable, CaseIterable { case placement, modify, cancel, close, leg }

    let kind: Kind
    let row: Int
    let request: RequestID
    let order: OrderID
    /// Where the rejection left the order.
    let state: OrderState
    /// Where it left the leg; nil where the request was about the order.
    let leg: LegState?
    let reason: String?
}
