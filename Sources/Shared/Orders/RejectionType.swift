/// What was refused, in the reference's words (`rejection_type`).
package enum RejectionType: String, Sendable, CaseIterable, Hashable {
    /// Pending orders too: the reference tells them by their id, which is a number like any order's.
    case orderPlacement = "ORDER_PLACEMENT"
    case orderClose = "ORDER_CLOSE"
    case pendingModify = "PENDING_MODIFY"
    case pendingCancel = "PENDING_CANCEL"
    case stopLossAdd = "STOPLOSS_ADD"
    case takeProfitAdd = "TAKEPROFIT_ADD"
    case stopLossRemove = "STOPLOSS_REMOVE"
    case takeProfitRemove = "TAKEPROFIT_REMOVE"

    /// Nil for an event that is no refusal by a provider.
    package init?(_ event: OrderEventKind) {
        switch event {
        case .placementRejected: self = .orderPlacement
        case .closeRejected: self = .orderClose
        case .modifyRejected: self = .pendingModify
        case .cancelRejected: self = .pendingCancel
        case .stopLossRejected: self = .stopLossAdd
        case .takeProfitRejected: self = .takeProfitAdd
        case .stopLossCancelRejected: self = .stopLossRemove
        case .takeProfitCancelRejected: self = .takeProfitRemove
        case .filled, .fillRefused, .pendingConfirmed, .modifyConfirmed, .cancelConfirmed,
            .stopLossConfirmed, .takeProfitConfirmed, .stopLossCancelled, .takeProfitCancelled,
            .closeFilled, .stopLossFilled, .takeProfitFilled:
            return nil
        }
    }

    /// The kind of the id under which the request was made.
    package var idKind: IDKind {
        switch self {
        case .orderPlacement: .order
        case .orderClose: .close
        case .pendingModify: .modify
        case .pendingCancel: .cancel
        case .stopLossAdd: .stopLoss
        case .takeProfitAdd: .takeProfit
        case .stopLossRemove: .stopLossCancel
        case .takeProfitRemove: .takeProfitCancel
        }
    }
}
