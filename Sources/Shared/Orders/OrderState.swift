/// Where one order stands (domain §3). `StateTable` says what each event does in each.
package enum OrderState: String, Sendable, CaseIterable, Hashable {
    /// Market order sent, margin reserved.
    case queued
    /// Pending order sent, not yet confirmed.
    case pendingQueued
    /// Rests at the provider.
    case pending
    /// Rests; a change of price or quantity is on its way.
    case modifying
    /// Rests; a cancel is on its way.
    case cancelling
    /// A position.
    case open
    /// A position; a close is on its way.
    case closing
    case closed
    case cancelled
    case rejected

    package var isTerminal: Bool {
        switch self {
        case .closed, .cancelled, .rejected: true
        case .queued, .pendingQueued, .pending, .modifying, .cancelling, .open, .closing: false
        }
    }

    /// A position carries executed margin.
    package var isPosition: Bool { self == .open || self == .closing }

    /// Resting orders carry no margin; they are checked when they fill (domain §6).
    package var isResting: Bool {
        switch self {
        case .pendingQueued, .pending, .modifying, .cancelling: true
        case .queued, .open, .closing, .closed, .cancelled, .rejected: false
        }
    }
}

/// Where one leg (stop loss or take profit) of an order stands. Legs given with an order wait in
/// it as a price with state `none` and are placed when it fills.
package enum LegState: String, Sendable, CaseIterable, Hashable {
    case none
    case placing
    case active
    case cancelling
}

/// A leg of an order.
package enum Leg: String, Sendable, CaseIterable, Hashable {
    case stopLoss = "stop_loss"
    case takeProfit = "take_profit"
}

/// The request about a leg that was made last; it shows in the reference's `status` only.
package enum LegRequest: String, Sendable, CaseIterable, Hashable {
    case stopLoss = "STOPLOSS"
    case takeProfit = "TAKEPROFIT"
    case stopLossCancel = "STOPLOSS-CANCEL"
    case takeProfitCancel = "TAKEPROFIT-CANCEL"
}

/// The three text fields of the reference. They are written for other readers; nothing decides
/// on them (domain §3).
package struct ReferenceStatus: Hashable, Sendable {
    package let status: String
    package let orderStatus: String
    package let executionStatus: String

    package init(_ state: OrderState, lastLegRequest: LegRequest?) {
        (status, orderStatus, executionStatus) =
            switch state {
            case .queued: ("OPEN", "QUEUED", "QUEUED")
            case .pendingQueued: ("PENDING-QUEUED", "PENDING-QUEUED", "QUEUED")
            case .pending: ("PENDING", "PENDING", "PENDING")
            case .modifying: ("MODIFY", "PENDING", "PENDING")
            case .cancelling: ("PENDING-CANCEL", "PENDING", "PENDING")
            case .open: (lastLegRequest?.rawValue ?? "OPEN", "OPEN", "EXECUTED")
            case .closing: ("CLOSED", "OPEN", "EXECUTED")
            case .closed: ("CLOSED", "CLOSED", "CLOSED")
            case .cancelled: ("CANCELLED", "CANCELLED", "CANCELLED")
            case .rejected: ("REJECTED", "REJECTED", "REJECTED")
            }
    }
}
