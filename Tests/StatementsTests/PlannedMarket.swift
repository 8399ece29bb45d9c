import Shared

@testable import Statements

/// A market without spread that does what a plan says, and fires what its prices reach: by
/// comparisons of its own, so that a plan is not tested by what made it.
struct PlannedMarket {
    enum Happening: Equatable {
        case filled(row: Int, Price)
        case closed(row: Int, Leg?, Price)
        case cancelled(row: Int)
    }

    struct Wrong: Error { let step: PlannedStep, why: String }

    private struct Resting {
        let isAbove: Bool
        let price: Price
    }

    private var price: Price?
    private var resting: [Int: Resting] = [:]
    private var legs: [Int: [Leg: (isBelow: Bool, level: Price)]] = [:]
    private(set) var happened: [Happening] = []

    /// What happens at one step, in the order of the rows that it happens to.
    mutating func take(_ step: PlannedStep) throws {
        if let quote = step.quote {
            price = quote.price
            fire()
        }
        switch step.act {
        case .placeEntry(let position):
            try rest(step, position.side == .buy, position.openPrice)
        case .placePending(let order, let price):
            try rest(step, order.type == .buyStop || order.type == .sellLimit, price)
        case .modify(let order):
            guard resting[step.row] != nil else { throw Wrong(step: step, why: "not resting") }
            try rest(step, order.type == .buyStop || order.type == .sellLimit, order.price)
        case .cancel:
            guard resting.removeValue(forKey: step.row) != nil else {
                throw Wrong(step: step, why: "not resting")
            }
            happened.append(.cancelled(row: step.row))
        case .setLeg(let leg, let level, let position): try set(step, leg, level, position)
        case .close:
            guard let price, legs.removeValue(forKey: step.row) != nil else {
                throw Wrong(step: step, why: "no position")
            }
            happened.append(.closed(row: step.row, nil, price))
        case .awaitFill, .awaitLegFill, .pass, .deposit, .withdraw, .open: return
        }
    }

    /// A pending order lies beyond the market (domain §7).
    private mutating func rest(_ step: PlannedStep, _ isAbove: Bool, _ level: Price) throws {
        guard let price, isAbove ? price < level : price > level else {
            throw Wrong(step: step, why: "\(level) is on the wrong side of the market")
        }
        resting[step.row] = Resting(isAbove: isAbove, price: level)
    }

    private mutating func set(
        _ step: PlannedStep, _ leg: Leg, _ level: Price, _ position: RecordedPosition
    ) throws {
        let isBelow = (position.side == .buy) == (leg == .stopLoss)
        guard let price, legs[step.row] != nil, isBelow ? price > level : price < level else {
            throw Wrong(step: step, why: "\(leg) \(level) is on the wrong side of the market")
        }
        legs[step.row, default: [:]][leg] = (isBelow, level)
    }

    private mutating func fire() {
        guard let price else { return }
        for (row, order) in resting.sorted(by: { $0.key < $1.key })
        where order.isAbove ? price >= order.price : price <= order.price {
            resting[row] = nil
            legs[row] = [:]
            happened.append(.filled(row: row, price))
        }
        for (row, set) in legs.sorted(by: { $0.key < $1.key }) {
            let fired = Leg.allCases.first { leg in
                guard let (isBelow, level) = set[leg] else { return false }
                return isBelow ? price <= level : price >= level
            }
            guard let fired else { continue }
            legs[row] = nil
            happened.append(.closed(row: row, fired, price))
        }
    }
}
