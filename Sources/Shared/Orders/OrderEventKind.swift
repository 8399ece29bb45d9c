/// What a report means for an order (domain §3).
package enum OrderEventKind: String, Sendable, CaseIterable, Hashable {
    case filled
    /// Made by the open worker from a house fill that the account cannot carry.
    case fillRefused
    case pendingConfirmed
    case modifyConfirmed
    case cancelConfirmed
    case stopLossConfirmed
    case takeProfitConfirmed
    case stopLossCancelled
    case takeProfitCancelled
    case closeFilled
    case stopLossFilled
    case takeProfitFilled
    case placementRejected
    case modifyRejected
    case cancelRejected
    case closeRejected
    case stopLossRejected
    case takeProfitRejected
    case stopLossCancelRejected
    case takeProfitCancelRejected

    /// The worker whose queue carries this event.
    package var role: Role {
        switch self {
        case .filled, .fillRefused: .open
        case .pendingConfirmed, .modifyConfirmed: .pending
        case .cancelConfirmed, .stopLossCancelled, .takeProfitCancelled: .cancel
        case .stopLossConfirmed: .stopLoss
        case .takeProfitConfirmed: .takeProfit
        case .closeFilled, .stopLossFilled, .takeProfitFilled: .close
        case .placementRejected, .modifyRejected, .cancelRejected, .closeRejected,
            .stopLossRejected, .takeProfitRejected, .stopLossCancelRejected,
            .takeProfitCancelRejected:
            .reject
        }
    }

    /// The leg that the event is about; nil for an event about the order itself.
    package var leg: Leg? {
        switch self {
        case .stopLossConfirmed, .stopLossCancelled, .stopLossFilled, .stopLossRejected,
            .stopLossCancelRejected:
            .stopLoss
        case .takeProfitConfirmed, .takeProfitCancelled, .takeProfitFilled, .takeProfitRejected,
            .takeProfitCancelRejected:
            .takeProfit
        case .filled, .fillRefused, .pendingConfirmed, .modifyConfirmed, .cancelConfirmed,
            .closeFilled, .placementRejected, .modifyRejected, .cancelRejected, .closeRejected:
            nil
        }
    }

    /// A fill is a fact under any id the order ever had; every other answer applies only if its
    /// id is the current one of its kind (domain §3).
    package var isFill: Bool {
        switch self {
        case .filled, .closeFilled, .stopLossFilled, .takeProfitFilled: true
        case .fillRefused, .pendingConfirmed, .modifyConfirmed, .cancelConfirmed,
            .stopLossConfirmed, .takeProfitConfirmed, .stopLossCancelled, .takeProfitCancelled,
            .placementRejected, .modifyRejected, .cancelRejected, .closeRejected,
            .stopLossRejected, .takeProfitRejected, .stopLossCancelRejected,
            .takeProfitCancelRejected:
            false
        }
    }
}

/// A command about one order (domain §3, §7).
package enum OrderCommandKind: String, Sendable, CaseIterable, Hashable {
    case place
    case placePending = "place_pending"
    case modify
    case cancel
    case close
    case setStopLoss = "set_stop_loss"
    case setTakeProfit = "set_take_profit"
    case cancelStopLoss = "cancel_stop_loss"
    case cancelTakeProfit = "cancel_take_profit"
    case setSwap = "set_swap"
}
