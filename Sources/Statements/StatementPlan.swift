internal import Shared

/// What a client does to live through a statement again, with every price that it needs.
///
/// A list of positions is traded with market orders. An order book tells more, and is traded so that
/// everything in it happens again:
/// - a position is a stop order at its recorded entry, which the market reaches from one point before;
/// - its last legs are set as late as can be, right before the close, because trailing had moved
///   them past the entry; where the market does not allow a level, it first goes one point beyond;
/// - a close by a leg is the market's: at the recorded price or, where that does not reach the level,
///   at the level;
/// - a cancelled order is placed one point farther away than recorded, changed to its recorded
///   price, and cancelled at the recorded one.
package struct StatementPlan: Sendable, Equatable {
    package let steps: [PlannedStep]

    package init(_ statement: Statement) throws(PlanError) {
        var planner = Planner(statement)
        for action in Timeline(statement).actions {
            do throws(NumberError) {
                try planner.add(action)
            } catch {
                throw .number(row: action.row, error)
            }
            if let error = planner.failure { throw error }
        }
        guard !planner.steps.isEmpty else { throw .empty }
        steps = planner.steps
    }
}

/// Follows the market as the client makes it, and what rests in it.
private struct Planner {
    private(set) var steps: [PlannedStep] = []
    private(set) var failure: PlanError?
    private let isOrderBook: Bool
    private let points: [Symbol: Price]
    private var market: [Symbol: Price] = [:]
    /// Cancelled orders that rest now, by row.
    private var resting: [Int: RecordedOrder] = [:]
    private var now = TimedAction(time: 0, row: 0, action: .deposit(0))

    init(_ statement: Statement) {
        isOrderBook = statement.isOrderBook
        points = statement.points
    }

    mutating func add(_ action: TimedAction) throws(NumberError) {
        now = action
        switch action.action {
        case .deposit(let amount): append(.deposit(amount))
        case .withdraw(let amount): append(.withdraw(amount))
        case .open(let position):
            if isOrderBook {
                try enter(position)
            } else {
                append(.open(position), recorded: position.symbol, position.openPrice)
            }
        case .close(let position):
            if isOrderBook {
                try leave(position)
            } else {
                append(.close(position), recorded: position.symbol, position.closePrice)
            }
        case .placePending(let order): try place(order)
        case .cancel(let order):
            append(.cancel(order), recorded: order.symbol, order.cancelPrice)
            resting[action.row] = nil
        }
    }

    private mutating func enter(_ position: RecordedPosition) throws(NumberError) {
        let point = point(of: position.symbol)
        let near =
            switch position.side {
            case .buy: try position.openPrice - point
            case .sell: try position.openPrice + point
            }
        append(.placeEntry(position), synthetic: position.symbol, near)
        append(.awaitFill(position), recorded: position.symbol, position.openPrice)
    }

    private mutating func leave(_ position: RecordedPosition) throws(NumberError) {
        let closing = position.closingLeg
        // The leg that closes comes last: a provider may fill it at once.
        for leg in Leg.allCases where leg != closing { try set(leg, of: position) }
        guard let closing, let level = position.level(of: closing) else {
            append(.close(position), recorded: position.symbol, position.closePrice)
            return
        }
        try set(closing, of: position)
        if position.closedBetterThanLevel {
            append(.pass(position), recorded: position.symbol, position.closePrice)
            append(.awaitLegFill(position), synthetic: position.symbol, level)
        } else {
            append(.awaitLegFill(position), recorded: position.symbol, position.closePrice)
        }
    }

    /// A leg that did not close the position, though the recorded close would fire it, is left out.
    private mutating func set(_ leg: Leg, of position: RecordedPosition) throws(NumberError) {
        guard let level = position.level(of: leg) else { return }
        if leg != position.closingLeg,
            position.fires(leg, at: level, price: position.closePrice)
        {
            return
        }
        let act = PlannedStep.Act.setLeg(leg, level, position)
        if let price = market[position.symbol], !position.fires(leg, at: level, price: price) {
            return append(act)
        }
        let point = point(of: position.symbol)
        let beyond = position.liesBelow(leg) ? try level + point : try level - point
        append(act, synthetic: position.symbol, beyond)
    }

    private mutating func place(_ order: RecordedOrder) throws(NumberError) {
        resting[now.row] = order
        let point = point(of: order.symbol)
        let farther = order.type.liesAbove ? try order.price + point : try order.price - point
        let act = PlannedStep.Act.placePending(order, at: farther)
        if let price = market[order.symbol], filled(by: price, of: order.symbol) == nil {
            append(act)
        } else {
            let orders = resting.values.filter { $0.symbol == order.symbol }
            let ceiling = orders.filter(\.type.liesAbove).map(\.price).min()
            let floor = orders.filter { !$0.type.liesAbove }.map(\.price).max()
            let isHigh = market[order.symbol].map { price in floor.map { price > $0 } ?? true }
            // One point before the bound that the market is beyond of; without one, any bound.
            let price =
                if let ceiling, isHigh ?? true {
                    try ceiling - point
                } else {
                    try (floor ?? order.price) + point
                }
            if filled(by: price, of: order.symbol) != nil { failure = .noRoom(row: now.row) }
            append(act, synthetic: order.symbol, price)
        }
        append(.modify(order))
    }

    /// The row of an order that rests and would be filled.
    private func filled(by price: Price, of symbol: Symbol) -> Int? {
        resting.filter { _, order in
            order.symbol == symbol
                && (order.type.liesAbove ? price >= order.price : price <= order.price)
        }.keys.min()
    }

    private func point(of symbol: Symbol) -> Price { points[symbol] ?? Price(raw: 1) }
}

extension Planner {
    /// The market stays.
    private mutating func append(_ act: PlannedStep.Act) { append(act, nil) }

    private mutating func append(
        _ act: PlannedStep.Act, recorded symbol: Symbol, _ price: Price
    ) {
        append(act, .init(symbol: symbol, price: price, isSynthetic: false))
    }

    /// What rests must not be filled by a price that nobody recorded.
    private mutating func append(
        _ act: PlannedStep.Act, synthetic symbol: Symbol, _ price: Price
    ) {
        if failure == nil, let other = filled(by: price, of: symbol) {
            failure = .fillsAnother(row: now.row, price: price, other: other)
        }
        append(act, .init(symbol: symbol, price: price, isSynthetic: true))
    }

    private mutating func append(_ act: PlannedStep.Act, _ quote: PlannedStep.Quote?) {
        if let quote { market[quote.symbol] = quote.price }
        steps.append(PlannedStep(time: now.time, row: now.row, quote: quote, act: act))
    }
}

extension Statement {
    /// Each instrument's point: the last decimal place that any of its prices has.
    var points: [Symbol: Price] {
        var points: [Symbol: Price] = [:]
        for (symbol, price) in rows.flatMap(\.prices) {
            let last = points[symbol] ?? Price(raw: Price.scale)
            var point = last
            while !price.raw.isMultiple(of: point.raw) { point = Price(raw: point.raw / 10) }
            points[symbol] = point
        }
        return points
    }
}

extension StatementRow {
    fileprivate var prices: [(Symbol, Price)] {
        switch kind {
        case .balance: []
        case .position(let it):
            [it.openPrice, it.closePrice, it.stopLoss, it.takeProfit].compactMap { $0 }
                .map { (it.symbol, $0) }
        case .pending(let it):
            [it.price, it.cancelPrice, it.stopLoss, it.takeProfit].compactMap { $0 }
                .map { (it.symbol, $0) }
        }
    }
}
