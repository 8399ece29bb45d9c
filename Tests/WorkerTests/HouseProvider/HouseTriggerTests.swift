import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

@Suite("What rests at the house") struct HouseTriggerTests {
    /// One request and what is said to it.
    struct Line: Sendable {
        let request: [String: String]
        let answer: [String: String]

        init(_ request: [String: String], _ answer: [String: String]) {
            self.request = request
            self.answer = answer
        }

        init(_ request: [String: String], refused reason: String, id: String) {
            self.init(request, ["ord_status": "REJECTED", "reason": reason, "order_id": id])
        }
    }

    struct Talk: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lines: [Line]
    }

    private static let rests = Line(
        HouseFixture.pending, ["ord_status": "PENDING", "order_id": "41", "avgpx": "1.0999"])
    private static let stops = Line(
        HouseFixture.stopLoss, ["ord_status": "PENDING", "order_id": "SL1", "avgpx": "1.05"])
    private static let takes = Line(
        HouseFixture.takeProfit, ["ord_status": "PENDING", "order_id": "TP1", "avgpx": "1.2"])
    private static let closes = Line(
        HouseFixture.close,
        [
            "ord_status": "EXECUTED", "order_id": "CLS700", "avgpx": "1.1", "cumqty": "1.5",
            "exec_id": "H:41:close",
        ])
    private static let cancelled = Line(
        HouseFixture.cancel, ["ord_status": "CANCELLED", "order_id": "CXL1"])
    private static let modified = Line(
        HouseFixture.modify,
        ["ord_status": "MODIFY", "order_id": "MOD1", "avgpx": "1.0899", "order_quantity": "2"])

    static let talks: [Talk] = [
        Talk(
            testDescription: "rests, is modified, is cancelled",
            lines: [
                rests, modified, cancelled,
                Line(
                    HouseFixture.cancel.merging(["cancel_id": "CXL2"]) { $1 },
                    refused: "not_resting", id: "CXL2"),
            ]),
        Talk(
            testDescription: "nothing rests",
            lines: [
                Line(HouseFixture.modify, refused: "not_resting", id: "MOD1"),
                Line(HouseFixture.cancel, refused: "not_resting", id: "CXL1"),
                Line(HouseFixture.cancelStopLoss, refused: "no_such_leg", id: "SLC1"),
                Line(HouseFixture.cancelTakeProfit, refused: "no_such_leg", id: "TPC1"),
                closes,
            ]),
        Talk(
            testDescription: "an order that rests has no legs and no close",
            lines: [
                rests, Line(HouseFixture.stopLoss, refused: "not_open", id: "SL1"),
                Line(HouseFixture.takeProfit, refused: "not_open", id: "TP1"),
                Line(HouseFixture.close, refused: "not_open", id: "CLS700"),
                Line(HouseFixture.cancelStopLoss, refused: "no_such_leg", id: "SLC1"),
            ]),
        Talk(
            testDescription: "legs come and go",
            lines: [
                stops, takes,
                Line(
                    HouseFixture.stopLoss.merging(["stoploss_id": "SL2"]) { $1 },
                    refused: "stoploss_already_exists", id: "SL2"),
                Line(
                    HouseFixture.takeProfit.merging(["takeprofit_id": "TP2"]) { $1 },
                    refused: "takeprofit_already_exists", id: "TP2"),
                Line(
                    HouseFixture.cancelStopLoss.merging([
                        "stoploss_id": "SL2", "stoploss_cancel_id": "SLC0",
                    ]) { $1 }, refused: "no_such_leg", id: "SLC0"),
                Line(
                    HouseFixture.cancelStopLoss,
                    ["ord_status": "CANCELLED", "order_id": "SLC1"]),
                Line(
                    HouseFixture.cancelTakeProfit,
                    ["ord_status": "CANCELLED", "order_id": "TPC1"]),
            ]),
        Talk(
            testDescription: "a position closes with its legs",
            lines: [
                stops, takes, closes,
                Line(HouseFixture.cancelStopLoss, refused: "position_closed", id: "SLC1"),
                Line(
                    HouseFixture.stopLoss.merging(["stoploss_id": "SL3"]) { $1 },
                    refused: "position_closed", id: "SL3"),
                Line(
                    HouseFixture.close.merging(["close_id": "CLS701"]) { $1 },
                    refused: "position_closed", id: "CLS701"),
            ]),
    ]

    @Test("every request is answered", arguments: talks)
    func answers(talk: Talk) throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1.1", "1.1002")
        for (index, line) in talk.lines.enumerated() {
            let entry = HouseFixture.entry(Int64(index), line.request)
            #expect(house.process([entry]) == [.settle(.done)])
            var expected = line.answer
            expected["v"] = "1"
            expected["type"] = "execution_report"
            expected["key"] = "user_holdings:{demo:7}:41"
            expected["ts"] = "\(house.now)"
            if let id = expected["order_id"], expected["exec_id"] == nil {
                expected["idempotency"] = "H:\(id)"
            }
            #expect(house.reports.sent.last?.report.fields.byNameOfHouse == expected)
            #expect(house.reports.sent.count == index + 1)
        }
    }

    @Test("a batch keeps an order's requests in order, and is one round trip without two of one")
    func rounds() throws {
        let house = HouseFixture()
        let other: [String: String?] = [
            "key": "user_holdings:{demo:7}:42", "order_id": "42",
        ]
        let results = house.process([
            HouseFixture.entry(1, HouseFixture.pending),
            HouseFixture.entry(2, HouseFixture.modify),
            HouseFixture.entry(3, HouseFixture.pending, other),
            HouseFixture.entry(4, HouseFixture.cancel),
        ])
        #expect(results == Array(repeating: .settle(.done), count: 4))
        #expect(house.triggers.rounds == [2, 1, 1])
        let said = house.reports.sent.map { $0.report.fields["ord_status"] }
        #expect(said == ["PENDING", "MODIFY", "PENDING", "CANCELLED"])
    }

    @Test("what fails holds its order's later requests, and no other order's")
    func failure() throws {
        let house = HouseFixture()
        house.triggers.failure = .unavailable(operation: "trigger", detail: "away")
        house.triggers.failing = [OrderID(number: 41)]
        let other: [String: String?] = [
            "key": "user_holdings:{demo:7}:42", "order_id": "42",
        ]
        let entries = [
            HouseFixture.entry(1, HouseFixture.pending),
            HouseFixture.entry(2, HouseFixture.cancel),
            HouseFixture.entry(3, HouseFixture.pending, other),
        ]
        #expect(house.process(entries) == [.hold, .hold, .settle(.done)])
        house.triggers.failing = []
        house.triggers.failure = nil
        #expect(house.process(Array(entries.prefix(2))) == [.settle(.done), .settle(.done)])
        let said = house.reports.sent.map { $0.report.fields["ord_status"] }
        #expect(said == ["PENDING", "PENDING", "CANCELLED"])
    }

    @Test("a symbol that cannot be registered holds what would rest; a refusal is alarmed once")
    func unregistered() throws {
        let house = HouseFixture()
        house.triggers.failure = .refused(operation: "SADD", detail: "WRONGTYPE")
        let processor = house.processor()
        let entry = HouseFixture.entry(1, HouseFixture.pending)
        for _ in 1...3 {
            #expect(processor.process([entry], lane: house.lane, now: house.now) == [.hold])
        }
        #expect(house.counters.alarms == ["symbols not registered"])
        house.triggers.failure = nil
        #expect(processor.process([entry], lane: house.lane, now: house.now) == [.settle(.done)])
        #expect(try house.triggers.registered() == [try Symbol("EURUSD")])
    }

    @Test("the first answer stands: refused for want of a price, and a price comes")
    func firstAnswer() throws {
        let house = HouseFixture()
        house.reports.keepsFirst = true
        #expect(house.process([HouseFixture.entry(1)]) == [.settle(.done)])
        try house.quote("EURUSD", "1.1", "1.1002")
        // It died before it settled, and its successor reads the request again.
        #expect(house.process([HouseFixture.entry(1)]) == [.settle(.done)])
        #expect(house.reports.sent.map { $0.report.fields["ord_status"] } == ["REJECTED"])
    }

    @Test("other readers see what rests, and that nothing does")
    func copies() throws {
        let house = HouseFixture()
        let world = house.triggers.world
        let key = Keys.orderTriggers(OrderID(number: 41))
        _ = house.process([HouseFixture.entry(1, HouseFixture.pending)])
        var copy = world[hash: key].byNameOfHouse
        copy["version"] = nil
        #expect(
            copy == [
                "order_id": "41", "symbol": "EURUSD", "order_type": "BUY_LIMIT",
                "user_type": "demo", "user_id": "7", "order_quantity": "1.5",
                "order_price_compare": "1.0999",
            ])
        _ = house.process([HouseFixture.entry(2, HouseFixture.cancel)])
        #expect(world[hash: key].list.map(\.name) == ["version"])
    }
}
