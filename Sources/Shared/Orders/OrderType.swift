/// How an order wants to be executed. A filled pending order keeps its side as BUY or SELL.
package enum OrderType: String, Sendable, CaseIterable, Hashable {
    case buy = "BUY"
    case sell = "SELL"
    case buyLimit = "BUY_LIMIT"
    case sellLimit = "SELL_LIMIT"
    case buyStop = "BUY_STOP"
    case sellStop = "SELL_STOP"

    package init(text: String) throws(FieldError) {
        guard let known = OrderType(rawValue: text) else {
            throw FieldError(
                "order_type", text,
                rule: "is none of BUY, SELL, BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP")
        }
        self = known
    }

    package var side: Side {
        switch self {
        case .buy, .buyLimit, .buyStop: .buy
        case .sell, .sellLimit, .sellStop: .sell
        }
    }

    package var isPending: Bool {
        switch self {
        case .buy, .sell: false
        case .buyLimit, .sellLimit, .buyStop, .sellStop: true
        }
    }

    /// BUY or SELL, as a position is stored.
    package var ofPosition: OrderType { side == .buy ? .buy : .sell }
}

/// Who asked for something; it decides the close message (domain §8).
package enum Initiator: String, Sendable, CaseIterable, Hashable {
    case user = "USER"
    case admin = "ADMIN"
    case autoCutoff = "AUTOCUTOFF"
    case copy = "COPY"

    package init(text: String) throws(FieldError) {
        guard let known = Initiator(rawValue: text) else {
            throw FieldError(
                "initiator", text, rule: "is none of USER, ADMIN, AUTOCUTOFF, COPY")
        }
        self = known
    }

    /// What a close asked for by this initiator is called. A fill of a leg has a name of its own.
    package var closeMessage: CloseMessage {
        switch self {
        case .user, .copy: .closed
        case .admin: .adminClosed
        case .autoCutoff: .autoCutoff
        }
    }
}

/// Why a position closed, in the reference's words (domain §8).
package enum CloseMessage: String, Sendable, CaseIterable, Hashable {
    case stopLoss = "Stoploss-Triggered"
    case takeProfit = "Takeprofit-Triggered"
    case autoCutoff = "Auto-cutoff"
    case adminClosed = "Admin-Closed"
    case closed = "Closed"
}
