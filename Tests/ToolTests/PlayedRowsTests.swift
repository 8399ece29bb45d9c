import Shared
import Statements
import TestSupport
import Testing

@testable import Fleet

/// What is compared, and what an order says of a request.
@Suite struct PlayedRowsTests {
    /// Sold at 4024.3; the broker closed at 4023.81, better than the stop at 4023.83.
    private func recorded(
        close: String = "4023.81", profit: String = "0.49", commission: String = "-0.16",
        ending: String = "[sl]"
    ) throws -> RecordedPosition {
        let text =
            "Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment\n"
            + "2026.07.28 12:57:42;Sell;0.01;XAUUSD;4 024.30;4 023.83;4 001.75;"
            + "2026.07.28 13:32:50;\(close);\(commission);;\(profit);\(ending)\n"
        let statement = try StatementReader.read(Array(text.utf8))
        guard case .position(let position)? = statement.row(2)?.kind else {
            throw Failure("no position")
        }
        return position
    }

    private func order(
        close: String, profit: String, message: CloseMessage = .stopLoss
    ) throws -> Order {
        var order = try Samples.order(1, of: AccountID(tag: "live:7"), symbol: "XAUUSD")
        order.type = .sell
        order.state = .closed
        order.quantity = try Quantity("0.01")
        order.price = try Price("4024.3")
        order.money.closePrice = try Price(close)
        order.money.profit = try Money(profit)
        order.money.commissionEntry = try Money("0.16")
        order.money.commissionExit = 0
        order.money.closeMessage = message
        return order
    }

    @Test func aPositionAsRecordedEqualsItInAllParts() throws {
        let played = PlayedPosition(
            row: 2, recorded: try recorded(),
            order: try order(close: "4023.81", profit: "0.49"))
        #expect(played.hasRecordedProfit && !played.closedAtLevel)
        #expect(played.hasRecordedCommission == true && played.hasRecordedMessage == true)
    }

    @Test func aStopThatClosedAtItsLevelIsNamedAndNotAFault() throws {
        let played = PlayedPosition(
            row: 2, recorded: try recorded(),
            order: try order(close: "4023.83", profit: "0.47"))
        #expect(!played.hasRecordedProfit && played.closedAtLevel)
    }

    @Test(arguments: [("4023.83", "0.48"), ("4023.84", "0.46"), ("4023.81", "0.47")])
    func anyOtherDifferenceIsAFault(close: String, profit: String) throws {
        let played = PlayedPosition(
            row: 2, recorded: try recorded(), order: try order(close: close, profit: profit))
        #expect(!played.hasRecordedProfit && !played.closedAtLevel)
    }

    @Test func aStopThatTheMarketReachedHasNoExcuse() throws {
        let played = PlayedPosition(
            row: 2, recorded: try recorded(close: "4023.90", profit: "0.40"),
            order: try order(close: "4023.83", profit: "0.47"))
        #expect(!played.hasRecordedProfit && !played.closedAtLevel)
    }

    @Test func eachPartCanDiffer() throws {
        let order = try order(close: "4023.81", profit: "0.49", message: .closed)
        let played = PlayedPosition(
            row: 2, recorded: try recorded(commission: "-0.17"), order: order)
        #expect(played.hasRecordedCommission == false && played.hasRecordedMessage == false)
        var open = order
        open.state = .open
        let standing = PlayedPosition(row: 2, recorded: try recorded(), order: open)
        #expect(!standing.hasRecordedProfit && standing.profit == nil)
        #expect(standing.hasRecordedCommission == false && standing.hasRecordedMessage == false)
        let none = PlayedPosition(row: 2, recorded: try recorded(), order: nil)
        #expect(!none.hasRecordedProfit && none.hasRecordedMessage == false)
    }

    @Test func whatTheStatementDoesNotTellIsNotCompared() throws {
        let played = PlayedPosition(
            row: 2, recorded: try recorded(commission: "", ending: ""),
            order: try order(close: "4023.81", profit: "0.49", message: .closed))
        #expect(played.hasRecordedCommission == nil && played.hasRecordedMessage == nil)
    }

    /// In the order of the states: w waits, d done, r rejected.
    @Test(arguments: [
        ("placement", "wwdddddddr"), ("modify", "dddwdddddd"), ("cancel", "drrrwddddd"),
        ("close", "dddddrwddd"),
    ])
    func everyStateSaysWhatBecameOfARequest(kind: String, expected: String) throws {
        var order = try Samples.order(1, of: AccountID(tag: "live:7"))
        for (state, letter) in zip(OrderState.allCases, expected) {
            order.state = state
            let standing: RequestStanding =
                switch kind {
                case "placement": .ofPlacement(order)
                case "modify": .ofModify(to: order.price, order)
                case "cancel": .ofCancel(order)
                default: .ofClose(order)
                }
            #expect(Self.letter(standing) == letter, "\(kind) \(state)")
        }
    }

    @Test func aModifyThatLeftThePriceWasRejected() throws {
        var order = try Samples.order(1, of: AccountID(tag: "live:7"))
        order.state = .pending
        #expect(RequestStanding.ofModify(to: try Price("1.5"), order) == .rejected)
    }

    @Test func everyStateOfALegSaysWhatBecameOfIt() throws {
        var order = try Samples.order(1, of: AccountID(tag: "live:7"))
        for leg in Leg.allCases {
            for (state, letter) in zip(LegState.allCases, "rwdd") {
                order.state = .open
                order[leg].state = state
                #expect(Self.letter(.of(leg, order)) == letter, "\(leg) \(state)")
                order.state = .closed
                #expect(RequestStanding.of(leg, order) == .done)
            }
        }
    }

    private static func letter(_ standing: RequestStanding) -> Character {
        switch standing {
        case .onItsWay: "w"
        case .done: "d"
        case .rejected: "r"
        }
    }
}
