package import Shared
package import TestSupport

/// What clients ask for: every command, mostly one that fits the order's state, with all chance from one
/// generator.
package enum Wishes {
    private static let quantities = ["0.01", "0.1", "0.5", "1"]

    /// Everything that can be asked for of an order.
    private static let commands = [
        "modify", "cancel", "close", "set_stop_loss", "set_take_profit", "cancel_stop_loss",
        "cancel_take_profit", "set_swap",
    ]

    /// A symbol to trade, and what it trades at; nil where it has no price yet.
    package static func market(
        _ random: inout SplitMix64, _ price: (Symbol) -> MarketPrice?
    ) -> (symbol: Symbol, price: MarketPrice)? {
        guard let symbol = try? Symbol(random.pick(Samples.instruments).symbol),
            let price = price(symbol)
        else { return nil }
        return (symbol, price)
    }

    /// A market order, every third with a leg or two.
    package static func place(
        _ symbol: Symbol, at price: MarketPrice, _ random: inout SplitMix64
    ) -> Fields {
        let side = random.pick([Side.buy, .sell])
        var fields = Fields([
            "command": "place", "symbol": symbol.text,
            "order_type": side == .buy ? "BUY" : "SELL",
            "order_quantity": random.pick(quantities),
        ])
        if random.below(3) == 0 { addLegs(&fields, side, at: price.bid, &random) }
        return fields
    }

    /// An order that rests, of any of the four types.
    package static func placePending(
        _ symbol: Symbol, at price: MarketPrice, _ random: inout SplitMix64
    ) -> Fields {
        let type = random.pick(OrderType.allCases.filter(\.isPending))
        let isAbove = type == .buyStop || type == .sellLimit
        let price = away(from: price.ask, isAbove: isAbove, &random)
        var fields = Fields([
            "command": "place_pending", "symbol": symbol.text, "order_type": type.rawValue,
            "order_price": price.text, "order_quantity": random.pick(quantities),
        ])
        if random.below(3) == 0 { addLegs(&fields, type.side, at: price, &random) }
        return fields
    }

    private static func addLegs(
        _ fields: inout Fields, _ side: Side, at price: Price, _ random: inout SplitMix64
    ) {
        for leg in Leg.allCases where random.below(3) > 0 {
            fields[leg.rawValue] = level(leg, side, from: price, &random).text
        }
    }

    /// Something about an order, also what its state forbids; nil where its symbol has no price.
    package static func management(
        of order: Order, _ random: inout SplitMix64, _ price: (Symbol) -> MarketPrice?
    ) -> Fields? {
        let command =
            random.below(5) == 0 ? random.pick(commands) : random.pick(fitting(order))
        var fields = Fields(["command": command, "order_id": order.id.text])
        guard let market = price(order.symbol) else { return nil }
        switch command {
        case "modify":
            let isAbove = order.type == .buyStop || order.type == .sellLimit
            let price = away(from: market.ask, isAbove: isAbove, &random)
            if random.below(3) > 0 { fields["order_price"] = price.text }
            if random.below(2) == 0 { fields["order_quantity"] = random.pick(quantities) }
        case "set_stop_loss":
            fields["stop_loss"] = wanted(.stopLoss, of: order, market, &random).text
        case "set_take_profit":
            fields["take_profit"] = wanted(.takeProfit, of: order, market, &random).text
        case "set_swap": fields["swap"] = random.pick(["-1.25", "0.5", "-0.01"])
        case "close": fields["initiator"] = random.pick(Initiator.allCases).rawValue
        default: break
        }
        return fields
    }

    private static func fitting(_ order: Order) -> [String] {
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

    private static func wanted(
        _ leg: Leg, of order: Order, _ market: MarketPrice, _ random: inout SplitMix64
    ) -> Price {
        level(leg, order.side, from: order.state.isResting ? order.price : market.bid, &random)
    }

    private static func level(
        _ leg: Leg, _ side: Side, from price: Price, _ random: inout SplitMix64
    ) -> Price {
        away(from: price, isAbove: (leg == .takeProfit) == (side == .buy), &random)
    }

    /// So near that the market often comes by, and that a wrong side is hit now and then.
    private static func away(
        from price: Price, isAbove: Bool, _ random: inout SplitMix64
    ) -> Price {
        let distance = price.raw / 10_000 * Int64(1 + random.below(40))
        return Price(raw: (isAbove ? price.raw + distance : price.raw - distance) / 1_000 * 1_000)
    }
}

/// What clients ask for of their accounts.
extension Wishes {
    /// How an account comes to be: its flow by its type, two at a provider and two at the house.
    package static func opening(of account: AccountID, deposit: Int) -> [Fields] {
        var create = Fields(["command": "account_create", "leverage": "100"])
        create["group"] = Samples.group
        switch account.userType {
        case .live: create["sending_orders"] = ProviderModel.provider.name
        case .copyFollower: create["sending_orders"] = "rock"
        case .demo, .strategyProvider: break
        }
        return [create, Fields(["command": "deposit", "amount": String(deposit)])]
    }

    /// Money in or out.
    package static func payment(_ random: inout SplitMix64) -> Fields {
        let amount = String(1 + random.below(3_000))
        return Fields([
            "command": random.below(2) == 0 ? "withdraw" : "deposit", "amount": amount,
        ])
    }

    /// Another leverage.
    package static func configuration(_ random: inout SplitMix64) -> Fields {
        Fields(["command": "account_configure", "leverage": random.pick(["50", "100", "200"])])
    }

    /// A command as it is sent once more: the same again, or another one under its request id.
    package static func again(_ fields: Fields, _ random: inout SplitMix64) -> Fields {
        var again = fields
        if random.once(in: 4) { again["amount"] = "1234567" }
        return again
    }
}
