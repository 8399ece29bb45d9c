import Shared
import TestSupport

/// What clients do with orders: every command, mostly one that fits the order's state.
extension Clients {
    private static let quantities = ["0.01", "0.1", "0.5", "1"]

    /// Everything that can be asked for of an order.
    private static let commands = [
        "modify", "cancel", "close", "set_stop_loss", "set_take_profit", "cancel_stop_loss",
        "cancel_take_profit", "set_swap",
    ]

    func place(_ account: AccountID) {
        guard let market = market() else { return }
        let side = pick([Side.buy, .sell])
        var fields = Fields([
            "command": "place", "symbol": market.symbol.text,
            "order_type": side == .buy ? "BUY" : "SELL", "order_quantity": pick(Clients.quantities),
        ])
        if below(3) == 0 { addLegs(&fields, side, at: market.price.bid) }
        orders += 1
        submit(fields, account)
    }

    func placePending(_ account: AccountID) {
        guard let market = market() else { return }
        let type = pick(OrderType.allCases.filter(\.isPending))
        let price = away(from: market.price.ask, isAbove: type == .buyStop || type == .sellLimit)
        var fields = Fields([
            "command": "place_pending", "symbol": market.symbol.text,
            "order_type": type.rawValue, "order_price": price.text,
            "order_quantity": pick(Clients.quantities),
        ])
        if below(3) == 0 { addLegs(&fields, type.side, at: price) }
        orders += 1
        submit(fields, account)
    }

    private func addLegs(_ fields: inout Fields, _ side: Side, at price: Price) {
        for leg in Leg.allCases where below(3) > 0 {
            fields[leg.rawValue] = level(leg, side, from: price).text
        }
    }

    /// Asks for something about an active order, also for what its state forbids.
    func manage(_ account: AccountID) {
        let active = world[set: account.ordersIndex].sorted()
        guard !active.isEmpty, let id = try? OrderID(pick(active)),
            case .kept(let order)? = try? world.stored(OrderKey(account, id))
        else { return }
        let command = below(5) == 0 ? pick(Clients.commands) : pick(fitting(order))
        var fields = Fields(["command": command, "order_id": id.text])
        guard let market = try? world.prices([order.symbol])[order.symbol] else { return }
        switch command {
        case "modify":
            let isAbove = order.type == .buyStop || order.type == .sellLimit
            let price = away(from: market.ask, isAbove: isAbove)
            if below(3) > 0 { fields["order_price"] = price.text }
            if below(2) == 0 { fields["order_quantity"] = pick(Clients.quantities) }
        case "set_stop_loss": fields["stop_loss"] = wanted(.stopLoss, of: order, market).text
        case "set_take_profit": fields["take_profit"] = wanted(.takeProfit, of: order, market).text
        case "set_swap": fields["swap"] = pick(["-1.25", "0.5", "-0.01"])
        case "close": fields["initiator"] = pick(Initiator.allCases).rawValue
        default: break
        }
        submit(fields, account)
    }

    private func fitting(_ order: Order) -> [String] {
        guard order.state.isPosition else {
            return ["modify", "modify", "cancel", "set_stop_loss", "cancel_take_profit"]
        }
        var commands = ["close", "close", "set_swap"]
        for leg in Leg.allCases {
            switch order[leg].state {
            case .none: commands.append("set_" + leg.rawValue)
            case .placing, .active, .cancelling: commands.append("cancel_" + leg.rawValue)
            }
        }
        return commands
    }

    private func wanted(_ leg: Leg, of order: Order, _ market: MarketPrice) -> Price {
        level(leg, order.side, from: order.state.isResting ? order.price : market.bid)
    }

    private func level(_ leg: Leg, _ side: Side, from price: Price) -> Price {
        away(from: price, isAbove: (leg == .takeProfit) == (side == .buy))
    }

    /// So near that the market often comes by, and that a wrong side is hit now and then.
    private func away(from price: Price, isAbove: Bool) -> Price {
        let distance = price.raw / 10_000 * Int64(1 + below(40))
        return Price(raw: (isAbove ? price.raw + distance : price.raw - distance) / 1_000 * 1_000)
    }

    private func market() -> (symbol: Symbol, price: MarketPrice)? {
        guard let symbol = try? Symbol(pick(Samples.instruments).symbol),
            let price = try? world.prices([symbol])[symbol]
        else { return nil }
        return (symbol, price)
    }
}
