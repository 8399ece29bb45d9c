import Shared

/// Stop loss and take profit as a command names them or an order keeps them, at the client's prices.
struct LegPrices {
    var stopLoss: Price?
    var takeProfit: Price?

    subscript(leg: Leg) -> Price? {
        switch leg {
        case .stopLoss: stopLoss
        case .takeProfit: takeProfit
        }
    }
}

extension LegPrices {
    init(_ fields: CommandFields) throws(Refusal) {
        stopLoss = try fields.optionalPositive(Leg.stopLoss.rawValue)
        takeProfit = try fields.optionalPositive(Leg.takeProfit.rawValue)
    }

    init(of order: Order) {
        stopLoss = order.stopLoss.price
        takeProfit = order.takeProfit.price
    }

    /// Refuses a leg on the wrong side of `bound`, and one that no provider could be sent.
    func check(_ side: Side, _ terms: InstrumentTerms, against bound: Price) throws(Refusal) {
        for leg in Leg.allCases {
            guard let level = self[leg] else { continue }
            _ = try SentPrice.leg(leg, at: level, side, terms)
            try SideChecks.leg(leg, at: level, of: side, against: bound)
        }
    }
}
