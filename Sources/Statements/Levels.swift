package import Shared

extension RecordedPosition {
    /// The recorded level of a leg; nil where it had none.
    package func level(of leg: Leg) -> Price? {
        switch leg {
        case .stopLoss: stopLoss
        case .takeProfit: takeProfit
        }
    }

    /// The leg that closed the position; nil where it was closed by command.
    package var closingLeg: Leg? {
        switch closeMessage {
        case .stopLoss: .stopLoss
        case .takeProfit: .takeProfit
        case .autoCutoff, .adminClosed, .closed: nil
        }
    }

    /// Whether a leg at `level` fires at a price without spread, on equality too.
    package func fires(_ leg: Leg, at level: Price, price: Price) -> Bool {
        liesBelow(leg) ? price <= level : price >= level
    }

    /// Whether the recorded close was better than the level of the leg that closed there: brokers
    /// improve a stop now and then, nobody's price gets there.
    package var closedBetterThanLevel: Bool {
        guard let leg = closingLeg, let level = level(of: leg) else { return false }
        return !fires(leg, at: level, price: closePrice)
    }

    /// Whether the market comes to the leg from above.
    func liesBelow(_ leg: Leg) -> Bool { (leg == .stopLoss) == (side == .buy) }
}

extension OrderType {
    /// Whether the market comes to a pending order from below.
    var liesAbove: Bool {
        switch self {
        case .buyStop, .sellLimit: true
        case .sellStop, .buyLimit, .buy, .sell: false
        }
    }
}

extension Side {
    /// The stop order that becomes a position of this side.
    package var stopOrder: OrderType { self == .buy ? .buyStop : .sellStop }
}
