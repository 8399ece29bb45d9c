/// What a command means for an order in a state (domain §3). A command on an order in a state
/// without an answer is refused with that state.
package enum CommandVerdict: Hashable, Sendable {
    case to(OrderState)
    /// Kept on the order, or taken off it: a leg's price until a resting order fills, the swap of
    /// a position. No provider is asked.
    case keep
    /// The leg decides: `CommandTable.legVerdict`.
    case byLeg
    case refused
}

package enum CommandTable {
    package static func row(_ command: OrderCommandKind) -> StateRow<CommandVerdict> {
        switch command {
        case .place, .placePending: noOrderYet
        case .modify: modify
        case .cancel: cancel
        case .close: close
        case .setStopLoss, .setTakeProfit: setLeg
        case .cancelStopLoss, .cancelTakeProfit: cancelLeg
        case .setSwap: setSwap
        }
    }

    package static func verdict(
        _ command: OrderCommandKind, in state: OrderState
    ) -> CommandVerdict { row(command)[state] }

    /// The state in which `place` and `place_pending` make their order; nil for all others, which
    /// need an order.
    package static func firstState(_ command: OrderCommandKind) -> OrderState? {
        switch command {
        case .place: .queued
        case .placePending: .pendingQueued
        case .modify, .cancel, .close, .setStopLoss, .setTakeProfit, .cancelStopLoss,
            .cancelTakeProfit, .setSwap:
            nil
        }
    }

    /// What a leg command on a position means in each state of its leg; nil means refused.
    package static func legVerdict(_ command: OrderCommandKind, in leg: LegState) -> LegState? {
        switch command {
        case .setStopLoss, .setTakeProfit: leg == .none ? .placing : nil
        case .cancelStopLoss, .cancelTakeProfit: leg == .active ? .cancelling : nil
        case .place, .placePending, .modify, .cancel, .close, .setSwap: nil
        }
    }

    private static let noOrderYet = StateRow<CommandVerdict>(
        queued: .refused, pendingQueued: .refused, pending: .refused, modifying: .refused,
        cancelling: .refused, open: .refused, closing: .refused, closed: .refused,
        cancelled: .refused, rejected: .refused)

    private static let modify = StateRow<CommandVerdict>(
        queued: .refused, pendingQueued: .refused, pending: .to(.modifying), modifying: .refused,
        cancelling: .refused, open: .refused, closing: .refused, closed: .refused,
        cancelled: .refused, rejected: .refused)

    private static let cancel = StateRow<CommandVerdict>(
        queued: .refused, pendingQueued: .to(.cancelling), pending: .to(.cancelling),
        modifying: .to(.cancelling), cancelling: .refused, open: .refused, closing: .refused,
        closed: .refused, cancelled: .refused, rejected: .refused)

    private static let close = StateRow<CommandVerdict>(
        queued: .refused, pendingQueued: .refused, pending: .refused, modifying: .refused,
        cancelling: .refused, open: .to(.closing), closing: .refused, closed: .refused,
        cancelled: .refused, rejected: .refused)

    private static let setLeg = StateRow<CommandVerdict>(
        queued: .refused, pendingQueued: .keep, pending: .keep, modifying: .keep,
        cancelling: .keep, open: .byLeg, closing: .refused, closed: .refused,
        cancelled: .refused, rejected: .refused)

    private static let cancelLeg = StateRow<CommandVerdict>(
        queued: .refused, pendingQueued: .keep, pending: .keep, modifying: .keep,
        cancelling: .keep, open: .byLeg, closing: .refused, closed: .refused,
        cancelled: .refused, rejected: .refused)

    private static let setSwap = StateRow<CommandVerdict>(
        queued: .refused, pendingQueued: .refused, pending: .refused, modifying: .refused,
        cancelling: .refused, open: .keep, closing: .keep, closed: .refused,
        cancelled: .refused, rejected: .refused)
}
