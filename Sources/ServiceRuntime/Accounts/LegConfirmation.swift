package import Shared

/// A provider's word that a leg rests with it: the leg is active at the user's price that the
/// confirmed one stands for (domain §5). Stop loss and take profit differ in their names only.
package struct LegConfirmation: OrderEventHandler {
    package let leg: Leg

    package init(_ leg: Leg) { self.leg = leg }

    package var role: Role {
        switch leg {
        case .stopLoss: .stopLoss
        case .takeProfit: .takeProfit
        }
    }

    package func step(_ it: EventCase) throws -> Outcome {
        guard let average = it.message.averagePrice else { return .dead(.unreadable) }
        var order = it.order
        order[leg].state = .active
        order[leg].price = try PriceRules.legPriceConfirmed(
            side: order.side, avgpx: average, halfSpread: order.terms.halfSpread)
        return it.apply(type, order)
    }

    private var type: EventType {
        switch leg {
        case .stopLoss: .orderStopLossConfirmed
        case .takeProfit: .orderTakeProfitConfirmed
        }
    }
}
