/// What an event means for an order in a state. Every pair has an answer.
package enum Verdict: Hashable, Sendable {
    /// The order moves.
    case to(OrderState)
    /// The order returns to the state before the request (`state_before`).
    case restore
    /// Applied without leaving the state: confirmed values are taken.
    case keep
    /// Applied if the state before the request was this one, else the other verdict.
    indirect case from(OrderState, then: Verdict, else: Verdict)
    /// A replacement after a cancel, if the report lies behind the cancel's (domain §3): the order
    /// rests again, or is being cancelled where a cancel of ours is still to be answered.
    case replacement
    /// The leg decides: `StateTable.legVerdict`.
    case byLeg
    /// The order is not that far yet: wait.
    case early
    /// The order is past it, or it changes nothing: ignore and count.
    case late
    case dead(DeadReason)
}

/// What an event about a leg means for the leg's state.
package enum LegVerdict: Hashable, Sendable {
    case to(LegState)
    case late
}

/// One line of the table: an answer for every state, which the compiler demands.
package struct StateRow<Answer: Hashable & Sendable>: Sendable {
    let queued, pendingQueued, pending, modifying, cancelling: Answer
    let open, closing, closed, cancelled, rejected: Answer

    package subscript(state: OrderState) -> Answer {
        switch state {
        case .queued: queued
        case .pendingQueued: pendingQueued
        case .pending: pending
        case .modifying: modifying
        case .cancelling: cancelling
        case .open: open
        case .closing: closing
        case .closed: closed
        case .cancelled: cancelled
        case .rejected: rejected
        }
    }
}

/// The whole table of domain §3: events by order state, leg events by leg state. Code, tests and
/// `docs/states.md` come from here.
package enum StateTable {
    package static func row(_ event: OrderEventKind) -> StateRow<Verdict> {
        switch event {
        case .filled: filled
        case .fillRefused: fillRefused
        case .pendingConfirmed: pendingConfirmed
        case .modifyConfirmed: modifyConfirmed
        case .cancelConfirmed: cancelConfirmed
        case .closeFilled, .stopLossFilled, .takeProfitFilled: positionClosed
        case .placementRejected: placementRejected
        case .modifyRejected: modifyRejected
        case .cancelRejected: cancelRejected
        case .closeRejected: closeRejected
        case .stopLossConfirmed, .takeProfitConfirmed, .stopLossCancelled, .takeProfitCancelled,
            .stopLossRejected, .takeProfitRejected, .stopLossCancelRejected,
            .takeProfitCancelRejected:
            aboutLeg
        }
    }

    package static func verdict(_ event: OrderEventKind, in state: OrderState) -> Verdict {
        row(event)[state]
    }

    /// What an event about a leg means in each state of that leg; nil for all other events.
    package static func legVerdict(_ event: OrderEventKind, in leg: LegState) -> LegVerdict? {
        switch event {
        case .stopLossConfirmed, .takeProfitConfirmed:
            leg == .placing ? .to(.active) : .late
        case .stopLossCancelled, .takeProfitCancelled:
            leg == .none ? .late : .to(.none)
        case .stopLossRejected, .takeProfitRejected:
            leg == .placing ? .to(.none) : .late
        case .stopLossCancelRejected, .takeProfitCancelRejected:
            leg == .cancelling ? .to(.active) : .late
        case .filled, .fillRefused, .pendingConfirmed, .modifyConfirmed, .cancelConfirmed,
            .closeFilled, .stopLossFilled, .takeProfitFilled, .placementRejected,
            .modifyRejected, .cancelRejected, .closeRejected:
            nil
        }
    }

    /// A provider's fill is a fact, also after a cancel or a refusal (`late_fill`).
    private static let filled = StateRow<Verdict>(
        queued: .to(.open), pendingQueued: .to(.open), pending: .to(.open),
        modifying: .to(.open), cancelling: .to(.open),
        open: .dead(.secondFill), closing: .dead(.secondFill), closed: .dead(.secondFill),
        cancelled: .to(.open), rejected: .to(.open))

    private static let fillRefused = StateRow<Verdict>(
        queued: .dead(.impossible), pendingQueued: .to(.rejected), pending: .to(.rejected),
        modifying: .to(.rejected), cancelling: .to(.rejected),
        open: .dead(.impossible), closing: .dead(.impossible), closed: .dead(.impossible),
        cancelled: .late, rejected: .late)

    private static let pendingConfirmed = StateRow<Verdict>(
        queued: .late, pendingQueued: .to(.pending), pending: .late, modifying: .late,
        cancelling: .from(.pendingQueued, then: .keep, else: .late),
        open: .late, closing: .late, closed: .late, cancelled: .late, rejected: .late)

    private static let modifyConfirmed = StateRow<Verdict>(
        queued: .late, pendingQueued: .late, pending: .late, modifying: .to(.pending),
        cancelling: .from(.modifying, then: .keep, else: .late),
        open: .late, closing: .late, closed: .late, cancelled: .replacement, rejected: .late)

    /// A cancelled order that a replacement may re-open can be cancelled once more: then what lies
    /// before that cancel re-opens nothing.
    private static let cancelConfirmed = StateRow<Verdict>(
        queued: .dead(.impossible), pendingQueued: .to(.cancelled), pending: .to(.cancelled),
        modifying: .to(.cancelled), cancelling: .to(.cancelled),
        open: .late, closing: .late, closed: .late,
        cancelled: .from(.modifying, then: .keep, else: .late), rejected: .late)

    /// Any fill that ends a position: by close, stop loss or take profit.
    private static let positionClosed = StateRow<Verdict>(
        queued: .early, pendingQueued: .early, pending: .early, modifying: .early,
        cancelling: .early,
        open: .to(.closed), closing: .to(.closed), closed: .dead(.secondFill),
        cancelled: .dead(.impossible), rejected: .dead(.impossible))

    private static let placementRejected = StateRow<Verdict>(
        queued: .to(.rejected), pendingQueued: .to(.rejected), pending: .dead(.impossible),
        modifying: .dead(.impossible),
        cancelling: .from(.pendingQueued, then: .to(.rejected), else: .dead(.impossible)),
        open: .dead(.impossible), closing: .dead(.impossible), closed: .dead(.impossible),
        cancelled: .late, rejected: .late)

    private static let modifyRejected = StateRow<Verdict>(
        queued: .late, pendingQueued: .late, pending: .late, modifying: .restore,
        cancelling: .from(.modifying, then: .keep, else: .late),
        open: .late, closing: .late, closed: .late, cancelled: .late, rejected: .late)

    /// The replacement of a cancelled order must know that no cancel waits for it any more.
    private static let cancelRejected = StateRow<Verdict>(
        queued: .late, pendingQueued: .late, pending: .late, modifying: .late,
        cancelling: .restore,
        open: .late, closing: .late, closed: .late,
        cancelled: .from(.modifying, then: .keep, else: .late), rejected: .late)

    private static let closeRejected = StateRow<Verdict>(
        queued: .late, pendingQueued: .late, pending: .late, modifying: .late, cancelling: .late,
        open: .late, closing: .to(.open), closed: .late, cancelled: .late, rejected: .late)

    /// Legs live on positions; before the fill their answers are early, after the end late.
    private static let aboutLeg = StateRow<Verdict>(
        queued: .early, pendingQueued: .early, pending: .early, modifying: .early,
        cancelling: .early,
        open: .byLeg, closing: .byLeg, closed: .late, cancelled: .late, rejected: .late)
}
