import Shared

extension OrderEventKind {
    /// Whether the event cannot be booked without a provider's price: fills, and legs that take
    /// the price that was confirmed (domain §5).
    var needsPrice: Bool {
        switch self {
        case .filled, .closeFilled, .stopLossFilled, .takeProfitFilled, .stopLossConfirmed,
            .takeProfitConfirmed:
            true
        case .fillRefused, .pendingConfirmed, .modifyConfirmed, .cancelConfirmed,
            .stopLossCancelled, .takeProfitCancelled, .placementRejected, .modifyRejected,
            .cancelRejected, .closeRejected, .stopLossRejected, .takeProfitRejected,
            .stopLossCancelRejected, .takeProfitCancelRejected:
            false
        }
    }
}
