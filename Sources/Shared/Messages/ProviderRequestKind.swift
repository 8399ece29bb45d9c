extension ProviderRequest {
    /// What a provider is asked to do. The raw value is the message's `status`
    /// (`reference/workers.md` §2.7).
    package enum Kind: String, Sendable, CaseIterable {
        case place = "OPEN"
        case close = "CLOSED"
        case placePending = "PENDING"
        case modify = "MODIFY"
        case cancel = "CANCELLED"
        case setStopLoss = "STOPLOSS"
        case setTakeProfit = "TAKEPROFIT"
        case cancelStopLoss = "STOPLOSS-CANCEL"
        case cancelTakeProfit = "TAKEPROFIT-CANCEL"

        /// The leg that the request sets or cancels; nil for all others.
        package var leg: Leg? {
            switch self {
            case .setStopLoss, .cancelStopLoss: .stopLoss
            case .setTakeProfit, .cancelTakeProfit: .takeProfit
            case .place, .close, .placePending, .modify, .cancel: nil
            }
        }

        /// Whether the order rests, or will: its type is one of the four pending ones.
        package var isAboutResting: Bool {
            switch self {
            case .placePending, .modify, .cancel: true
            case .place, .close, .setStopLoss, .setTakeProfit, .cancelStopLoss,
                .cancelTakeProfit:
                false
            }
        }
    }

    /// Whether a kind of request has a field.
    enum FieldUse {
        case required
        case optional
        case absent
    }
}

/// The fields of each kind.
extension ProviderRequest.Kind {
    /// The field that names the order.
    var orderField: String {
        switch self {
        case .modify, .cancel: "original_id"
        case .place, .close, .placePending, .setStopLoss, .setTakeProfit, .cancelStopLoss,
            .cancelTakeProfit:
            "order_id"
        }
    }

    /// The field that carries the id under which a request of this kind is answered.
    var idField: String {
        switch self {
        case .place, .placePending: "order_id"
        case .close: "close_id"
        case .modify: "modify_id"
        case .cancel: "cancel_id"
        case .setStopLoss: "stoploss_id"
        case .setTakeProfit: "takeprofit_id"
        case .cancelStopLoss: "stoploss_cancel_id"
        case .cancelTakeProfit: "takeprofit_cancel_id"
        }
    }

    /// The field that names the leg which a request cancels.
    var legField: String? {
        switch self {
        case .cancelStopLoss: "stoploss_id"
        case .cancelTakeProfit: "takeprofit_id"
        case .place, .close, .placePending, .modify, .cancel, .setStopLoss, .setTakeProfit: nil
        }
    }

    var priceField: String {
        switch self {
        case .close: "close_price"
        case .setStopLoss: "stoploss"
        case .setTakeProfit: "takeprofit"
        case .place, .placePending, .modify, .cancel, .cancelStopLoss, .cancelTakeProfit:
            "order_price"
        }
    }

    var priceUse: ProviderRequest.FieldUse {
        switch self {
        case .placePending, .modify, .setStopLoss, .setTakeProfit: .required
        case .place, .close: .optional
        case .cancel, .cancelStopLoss, .cancelTakeProfit: .absent
        }
    }

    var quantityUse: ProviderRequest.FieldUse {
        switch self {
        case .place, .close, .placePending, .modify: .required
        case .setStopLoss, .setTakeProfit: .optional
        case .cancel, .cancelStopLoss, .cancelTakeProfit: .absent
        }
    }
}
