package import ServiceRuntime
package import Shared

/// The house's triggers of one symbol, with the meaning of the scripts `quote`, `trigger` and `fire`.
package struct MemoryTriggers {
    package enum Standing: Equatable {
        case pending
        case open
        case ended
    }

    package struct Leg: Equatable {
        package let price: Price
        package let id: LifecycleID
        let since: Int
    }

    package struct Held {
        package let key: OrderKey
        package var standing: Standing
        package var type: OrderType
        /// Of the pending order.
        package var price: Price?
        package var quantity: Quantity?
        package var legs: [Shared.Leg: Leg] = [:]
        var since = 0
        var version: Int64 = 0
        var served: [(request: LifecycleID, answer: TriggerAnswer)] = []

        package var rests: Bool { standing == .pending || !legs.isEmpty }
    }

    package struct Tick {
        let number: Int
        let bid: Price
        let ask: Price
        let stamp: Int64
    }

    package private(set) var orders: [OrderID: Held] = [:]
    package private(set) var firing: [String: TriggerFill] = [:]
    package private(set) var ticks: [Tick] = []
    private var lastTick = 0
    private var compared = 0
    private static let most = 256

    package init() {}

    package mutating func quote(bid: Price, ask: Price, stamp: Int64) {
        lastTick += 1
        ticks.append(Tick(number: lastTick, bid: bid, ask: ask, stamp: stamp))
        if ticks.count > 1_000 { ticks.removeFirst() }
    }

    /// Whether there is something that nobody has looked at.
    package var hasNews: Bool { !orders.isEmpty && compared < lastTick || !firing.isEmpty }
}

// MARK: - Requests

extension MemoryTriggers {
    package mutating func change(_ change: TriggerChange, now: Int64) -> TriggerReply {
        var held = orders[change.key.order]
        if let served = held?.served.first(where: { $0.request == change.request }) {
            return .answered(told(served.answer, held, change))
        }
        let (answer, changed) = decide(change, &held)
        if case .close(_, let freshness) = change.action, answer.status == .executed,
            !freshness.holds(at: now)
        {
            return .priceTooOld
        }
        guard var held else { return .answered(answer) }
        if changed { held.version = max(held.version + 1, now) }
        held.served = (held.served + [(change.request, answer)]).suffix(16)
        orders[change.key.order] = held
        if changed { again(held) }
        return .answered(told(answer, held, change))
    }

    private func decide(
        _ change: TriggerChange, _ held: inout Held?
    ) -> (answer: TriggerAnswer, changed: Bool) {
        switch (change.action, held?.standing) {
        case (.rest(let type, let price, let quantity), nil):
            held = Held(
                key: change.key, standing: .pending, type: type, price: price,
                quantity: quantity, since: lastTick)
            return (.done(.pending, price), true)
        case (.rest(_, let price, _), _?): return (.done(.pending, price), false)
        case (.move(let price, let quantity), .pending?):
            held?.price = price
            held?.quantity = quantity
            held?.since = lastTick
            return (.done(.modify, price), true)
        case (.cancel, .pending?):
            held?.standing = .ended
            return (.done(.cancelled), true)
        case (.move, _), (.cancel, _): return (.refused(.notResting), false)
        case (.setLeg, .pending?), (.close, .pending?): return (.refused(.notOpen), false)
        case (.setLeg, .ended?), (.close, .ended?), (.cancelLeg, .ended?):
            return (.refused(.positionClosed), false)
        case (.setLeg(let leg, _, _, _), .open?) where held?.legs[leg] != nil:
            return (.refused(.exists(leg)), false)
        case (.setLeg(let leg, let side, let price, let quantity), _):
            var open =
                held ?? Held(key: change.key, standing: .open, type: side == .buy ? .buy : .sell)
            open.quantity = quantity ?? open.quantity
            open.legs[leg] = Leg(price: price, id: change.request, since: lastTick)
            held = open
            return (.done(.pending, price), true)
        case (.cancelLeg(let leg, let id), .open?) where held?.legs[leg]?.id == id:
            held?.legs[leg] = nil
            return (.done(.cancelled), true)
        case (.cancelLeg, _): return (.refused(.noSuchLeg), false)
        case (.close(let price, _), nil): return (.done(.executed, price), false)
        case (.close(let price, _), .open?):
            held?.legs = [:]
            held?.standing = .ended
            return (.done(.executed, price), true)
        }
    }

    /// What the last tick fires already has a tick of its own: that price again.
    private mutating func again(_ held: Held) {
        guard let last = ticks.last else { return }
        let fires = MemoryTriggers.fires(held, at: last, sinceAll: true) != nil
        if fires { quote(bid: last.bid, ask: last.ask, stamp: last.stamp) }
    }

    private func told(
        _ answer: TriggerAnswer, _ held: Held?, _ change: TriggerChange
    ) -> TriggerAnswer {
        guard let held, held.version > 0 else { return answer }
        return TriggerAnswer(
            status: answer.status, reason: answer.reason, price: answer.price,
            copy: TriggerCopy(
                change.key, change.symbol, version: held.version, type: held.type.rawValue,
                quantity: held.quantity?.text ?? "",
                price: held.standing == .pending ? held.price?.text : nil,
                stopLoss: held.legs[.stopLoss]?.price.text,
                takeProfit: held.legs[.takeProfit]?.price.text))
    }
}

extension TriggerAnswer {
    fileprivate static func done(_ status: OrdStatus, _ price: Price? = nil) -> Self {
        Self(status: status, reason: nil, price: price, copy: nil)
    }

    fileprivate static func refused(_ reason: TriggerRefusal) -> Self {
        Self(status: .rejected, reason: reason.rawValue, price: nil, copy: nil)
    }
}

// MARK: - Ticks

extension MemoryTriggers {
    package mutating func fire(
        reported: [String], maxPriceAge: Int64, now: Int64
    ) -> FireReply {
        for exec in reported { firing[exec] = nil }
        let seen = ticks.first.map { max(0, compared - $0.number + 1) } ?? 0
        for tick in ticks.dropFirst(seen) {
            guard firing.count < MemoryTriggers.most else { break }
            let age = now - tick.stamp
            if age <= maxPriceAge, tick.bid.isPositive, tick.ask.isPositive {
                compare(tick, now: now)
            }
            if firing.count < MemoryTriggers.most { compared = tick.number }
        }
        let fills = firing.sorted { $0.key < $1.key }.map(\.value)
        return .fired(fills, hasMore: compared < lastTick)
    }

    private mutating func compare(_ tick: Tick, now: Int64) {
        for (order, held) in orders.sorted(by: { $0.key < $1.key }) {
            guard firing.count < MemoryTriggers.most,
                let hit = MemoryTriggers.fires(held, at: tick, sinceAll: false)
            else { continue }
            claim(order, held, hit, now: now)
        }
    }

    private mutating func claim(_ order: OrderID, _ before: Held, _ hit: Hit, now: Int64) {
        var held = before
        held.version = max(held.version + 1, now)
        var id = LifecycleID(order)
        var kind = "open"
        if let leg = hit.leg, let own = held.legs[leg] {
            id = own.id
            kind = leg == .stopLoss ? "sl" : "tp"
            held.legs = [:]
            held.standing = .ended
        } else {
            held.standing = .open
            held.type = held.type.ofPosition
            held.price = nil
        }
        orders[order] = held
        let exec = "H:\(order):\(kind)"
        firing[exec] = TriggerFill(
            execID: exec, id: id, key: held.key, price: hit.price, quantity: held.quantity,
            timestamp: now, version: held.version)
    }

    private struct Hit {
        /// Nil for the pending order itself.
        let leg: Shared.Leg?
        let price: Price
    }

    /// What of an order a tick fires, the stop loss first. Prices are compared as they were sent, the
    /// half spread taken off before (domain §5).
    private static func fires(_ held: Held, at tick: Tick, sinceAll: Bool) -> Hit? {
        let side = held.type.side
        let market = MarketPrice(bid: tick.bid, ask: tick.ask, ageMilliseconds: 0)
        do throws(NumberError) {
            if held.standing == .pending, let price = held.price {
                let kind: PendingKind =
                    held.type == .buyLimit || held.type == .sellLimit ? .limit : .stop
                guard sinceAll || tick.number > held.since,
                    try PriceRules.firesPending(
                        side: side, kind: kind, userPrice: price, halfSpread: .zero, at: market)
                else { return nil }
                return Hit(leg: nil, price: PriceRules.houseFill(side: side, price: market))
            }
            for leg in [Shared.Leg.stopLoss, .takeProfit] {
                guard let own = held.legs[leg], sinceAll || tick.number > own.since else {
                    continue
                }
                let reached =
                    switch leg {
                    case .stopLoss:
                        try PriceRules.firesStopLoss(
                            side: side, level: own.price, halfSpread: .zero, at: market)
                    case .takeProfit:
                        try PriceRules.firesTakeProfit(
                            side: side, level: own.price, halfSpread: .zero, at: market)
                    }
                if reached {
                    return Hit(leg: leg, price: PriceRules.houseClose(side: side, price: market))
                }
            }
        } catch {
            // No half spread is added, so no price leaves its range.
            preconditionFailure("\(error)")
        }
        return nil
    }
}

/// Reasons with which the house refuses a request about triggers.
private enum TriggerRefusal: String {
    /// A modify or cancel of an order that does not rest: it has fired, was cancelled, or never was.
    case notResting = "not_resting"
    /// A leg or close of an order that still rests.
    case notOpen = "not_open"
    case positionClosed = "position_closed"
    case noSuchLeg = "no_such_leg"
    case stopLossExists = "stoploss_already_exists"
    case takeProfitExists = "takeprofit_already_exists"

    static func exists(_ leg: Leg) -> Self {
        leg == .stopLoss ? .stopLossExists : .takeProfitExists
    }
}
