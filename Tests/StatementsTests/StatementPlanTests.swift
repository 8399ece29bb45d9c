import Shared
import Testing

@testable import Statements

/// The real order book lives again in a market that only has the plan's prices.
@Suite struct RecordedPlanTests {
    private func lived() throws -> (plan: StatementPlan, market: PlannedMarket) {
        let plan = try StatementPlan(try Recorded.orderBook.statement())
        var market = PlannedMarket()
        for step in plan.steps { try market.take(step) }
        return (plan, market)
    }

    @Test func nothingHappensButWhatIsAwaitedAndWhenItIs() throws {
        let plan = try StatementPlan(try Recorded.orderBook.statement())
        var market = PlannedMarket()
        for step in plan.steps {
            let before = market.happened.count
            try market.take(step)
            let happened = Array(market.happened[before...])
            switch step.act {
            case .awaitFill(let position):
                #expect(happened == [.filled(row: step.row, position.openPrice)])
            case .awaitLegFill(let position):
                let price = try #require(step.quote?.price)
                #expect(happened == [.closed(row: step.row, position.closingLeg, price)])
            case .close(let position):
                #expect(happened == [.closed(row: step.row, nil, position.closePrice)])
            case .cancel: #expect(happened == [.cancelled(row: step.row)])
            case .placeEntry, .placePending, .modify, .setLeg, .pass, .deposit, .withdraw, .open:
                #expect(happened == [], "row \(step.row): \(step.act)")
            }
        }
    }

    @Test func twentyEightAreCancelledAndElevenFilledAndClosed() throws {
        var counts: [String: Int] = [:]
        for happened in try lived().market.happened {
            switch happened {
            case .filled: counts["filled", default: 0] += 1
            case .cancelled: counts["cancelled", default: 0] += 1
            case .closed(_, let leg, _): counts[leg?.rawValue ?? "command", default: 0] += 1
            }
        }
        let expected = [
            "filled": 11, "cancelled": 28, "stop_loss": 6, "take_profit": 2, "command": 3,
        ]
        #expect(counts == expected)
    }

    @Test func nineOfElevenProfitsAreTheMarketsAndTwoStopsCloseAtTheirLevel() throws {
        let statement = try Recorded.orderBook.statement()
        var differing: [String] = []
        for case .closed(let row, _, let price) in try lived().market.happened {
            guard case .position(let position)? = statement.row(row)?.kind else {
                Issue.record("row \(row) is no position")
                continue
            }
            let gain = price.raw - position.openPrice.raw
            // A hundredth of a lot of 100 units is one unit.
            let profit = Money(raw: position.side == .buy ? gain : -gain)
            guard profit != position.profit else { continue }
            #expect(position.closedBetterThanLevel)
            differing.append("\(price) \(profit)")
        }
        #expect(differing == ["4023.83 0.47", "4044.83 -20.4"])
    }

    @Test func everyLegIsSetOnceRightBeforeItsClose() throws {
        let steps = try lived().plan.steps
        var positions = 0
        for (index, step) in steps.enumerated() {
            guard case .placeEntry = step.act else { continue }
            positions += 1
            let own = steps.indices.filter { $0 > index + 1 && steps[$0].row == step.row }
            #expect(own == Array((own.first ?? 0)...(own.last ?? 0)), "row \(step.row)")
            let legs = own.compactMap { index -> Leg? in
                if case .setLeg(let leg, _, _) = steps[index].act { leg } else { nil }
            }
            #expect(Set(legs) == [.stopLoss, .takeProfit] && legs.count == 2, "row \(step.row)")
        }
        #expect(positions == 11)
    }

    @Test func syntheticPricesAreOnePointFromALevelThatIsRecorded() throws {
        let point = try Price("0.01")
        let statement = try Recorded.orderBook.statement()
        #expect(statement.points == [try Symbol("XAUUSD"): point])
        var levels: Set<Price> = []
        for row in statement.rows {
            switch row.kind {
            case .position(let it):
                levels.formUnion([it.openPrice, it.stopLoss, it.takeProfit].compactMap { $0 })
            case .pending(let it): levels.insert(it.price)
            case .balance: continue
            }
        }
        let near = Set(try levels.flatMap { [try $0 + point, $0, try $0 - point] })
        let synthetic = try lived().plan.steps.compactMap(\.quote).filter(\.isSynthetic)
        #expect(synthetic.allSatisfy { near.contains($0.price) })
        // Eleven entries, three placements and two legs where the market was on the wrong side, and
        // two levels better than which the broker closed.
        #expect(synthetic.count == 18)
    }

    @Test func aListOfPositionsIsTradedWithMarketOrdersAtRecordedPrices() throws {
        let plan = try StatementPlan(try Recorded.positions.statement())
        #expect(plan.steps.count == 2 * 39 + 3)
        for step in plan.steps {
            switch step.act {
            case .open(let it):
                #expect(step.quote?.price == it.openPrice && step.quote?.isSynthetic == false)
            case .close(let it):
                #expect(step.quote?.price == it.closePrice && step.quote?.isSynthetic == false)
            case .deposit, .withdraw: #expect(step.quote == nil)
            case .placeEntry, .awaitFill, .setLeg, .pass, .awaitLegFill, .placePending, .modify,
                .cancel:
                Issue.record("row \(step.row): \(step.act)")
            }
        }
    }
}

/// Small order books, of which each shows one rule.
@Suite struct StatementPlanTests {
    private static let header =
        "Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment\n"

    private func plan(_ rows: [String]) throws -> [PlannedStep] {
        let text = Self.header + rows.joined(separator: "\n") + "\n"
        return try StatementPlan(StatementReader.read(Array(text.utf8))).steps
    }

    private func row(
        _ type: String, _ price: String, _ legs: String, close: String, _ ending: String,
        from: Int = 0, to: Int = 30
    ) -> String {
        func time(_ minute: Int) -> String { "2026.01.05 10:\(minute < 10 ? "0" : "")\(minute):00" }
        let profit = ending == "cancelled" ? "" : "1"
        return "\(time(from));\(type);0.01;XAUUSD;\(price);\(legs);\(time(to));\(close);;;"
            + "\(profit);\(ending)"
    }

    /// The legs that are set, in their order.
    private func legs(_ steps: [PlannedStep]) -> [Leg] {
        steps.compactMap { step in
            if case .setLeg(let leg, _, _) = step.act { leg } else { nil }
        }
    }

    /// The prices in their order, synthetic ones marked.
    private func prices(_ steps: [PlannedStep]) -> [String] {
        steps.compactMap { step in
            step.quote.map { $0.price.text + ($0.isSynthetic ? "*" : "") }
        }
    }

    @Test(arguments: [
        // Entered from one point before; the market allows both legs; the leg fires where recorded.
        ("Buy", "100.5", "99.5;101.5", "99.4", "[sl]", ["100.4*", "100.5", "99.4"]),
        ("Sell", "100.5", "101.5;99.5", "99.4", "[tp]", ["100.6*", "100.5", "99.4"]),
        // Trailing had moved the stop past the entry: the market goes one point beyond it.
        ("Buy", "100.5", "100.9;", "100.8", "[sl]", ["100.4*", "100.5", "101*", "100.8"]),
        ("Sell", "100.5", "100.1;", "100.1", "[sl]", ["100.6*", "100.5", "100*", "100.1"]),
        // Closed better than its level: the market goes on to the level.
        ("Buy", "100.5", "99.5;", "99.6", "[sl]", ["100.4*", "100.5", "99.6", "99.5*"]),
        ("Sell", "100.5", ";99.5", "99.6", "[tp]", ["100.6*", "100.5", "99.6", "99.5*"]),
        // Closed by command.
        ("Buy", "100.5", "99.5;101.5", "101.1", "", ["100.4*", "100.5", "101.1"]),
    ])
    func theMarketGoesWhereItMust(
        type: String, entry: String, legs: String, close: String, ending: String,
        expected: [String]
    ) throws {
        let steps = try plan([row(type, entry, legs, close: close, ending)])
        #expect(prices(steps) == expected)
        var market = PlannedMarket()
        for step in steps { try market.take(step) }
    }

    @Test func theLegThatClosesIsSetLast() throws {
        for (ending, last) in [("[sl]", Leg.stopLoss), ("[tp]", .takeProfit)] {
            let close = ending == "[sl]" ? "99.5" : "101.5"
            let steps = try plan([row("Buy", "100.5", "99.5;101.5", close: close, ending)])
            let legs = legs(steps)
            #expect(legs.count == 2 && legs.last == last)
        }
    }

    @Test func aLegThatTheRecordedCloseWouldFireIsLeftOut() throws {
        let steps = try plan([row("Buy", "100.5", "99.5;101.5", close: "101.6", "")])
        #expect(legs(steps) == [.stopLoss])
    }

    @Test func aPendingOrderIsPlacedOnePointFartherAndChanged() throws {
        for (type, farther, market) in [
            ("Buy Stop", "100.6", "100.4*"), ("Sell Limit", "100.6", "100.4*"),
            ("Sell Stop", "100.4", "100.6*"), ("Buy Limit", "100.4", "100.6*"),
        ] {
            let steps = try plan([row(type, "100.5", ";", close: "100.7", "cancelled")])
            guard case .placePending(_, let price) = steps[0].act, case .modify = steps[1].act,
                case .cancel = steps[2].act
            else {
                Issue.record("\(steps.map(\.act))")
                continue
            }
            #expect(price.text == farther)
            #expect(prices(steps) == [market, "100.7"])
        }
    }

    @Test func aMarketThatFillsNobodyStaysWhereItIs() throws {
        let steps = try plan([
            row("Buy", "100.5", ";", close: "100.7", "", from: 0, to: 1),
            row("Buy Stop", "101.5", ";", close: "101.1", "cancelled", from: 2, to: 3),
        ])
        #expect(prices(steps) == ["100.4*", "100.5", "100.7", "101.1"])
    }

    @Test func whatRestsAlreadyBoundsTheMarketOfAPlacement() throws {
        let steps = try plan([
            row("Buy Stop", "101.5", ";", close: "90.1", "cancelled", from: 0, to: 9),
            row("Buy Stop", "102.5", ";", close: "90.1", "cancelled", from: 1, to: 9),
            row("Sell Stop", "100.5", ";", close: "90.1", "cancelled", from: 2, to: 9),
        ])
        #expect(prices(steps).first == "101.4*" && prices(steps).count == 4)
        var market = PlannedMarket()
        for step in steps.prefix(6) { try market.take(step) }
        #expect(market.happened.isEmpty)
    }

    @Test func aPlacementWithoutRoomIsRefused() {
        #expect(throws: PlanError.noRoom(row: 3)) {
            try plan([
                row("Buy Stop", "100.5", ";", close: "90.1", "cancelled", from: 0, to: 9),
                row("Sell Stop", "100.6", ";", close: "90.1", "cancelled", from: 1, to: 9),
            ])
        }
    }

    @Test func aSyntheticPriceThatFillsAnotherIsRefused() throws {
        let price = try Price("100.6")
        #expect(throws: PlanError.fillsAnother(row: 3, price: price, other: 2)) {
            try plan([
                row("Buy Stop", "100.6", ";", close: "90.1", "cancelled", from: 0, to: 9),
                row("Sell", "100.5", ";", close: "90.1", "", from: 1, to: 8),
            ])
        }
    }

    @Test func anEmptyStatementIsNoPlan() {
        #expect(throws: PlanError.empty) { try plan([]) }
    }

    @Test(arguments: [
        (["100", "101"], "1"), (["100.5", "101"], "0.1"), (["4114.74", "4031.5"], "0.01"),
        (["0.00000001", "5"], "0.00000001"),
    ])
    func aPointIsTheLastPlaceThatAnyPriceHas(prices: [String], point: String) throws {
        let rows = prices.map { row("Buy", $0, ";", close: $0, "") }
        let text = Self.header + rows.joined(separator: "\n") + "\n"
        let statement = try StatementReader.read(Array(text.utf8))
        #expect(statement.points[try Symbol("XAUUSD")]?.text == point)
    }
}
