import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

@Suite("The house as a provider") struct HouseTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let status: String
        let side: String
        let bid: String
        let ask: String
        let age: Int64
        /// The price of the fill; nil for none.
        let fill: String?

        init(
            _ status: String, _ side: String, _ bid: String, _ ask: String, age: Int64,
            _ fill: String?
        ) {
            (self.status, self.side, self.bid) = (status, side, bid)
            (self.ask, self.age, self.fill) = (ask, age, fill)
        }

        var testDescription: String { "\(status) \(side) at \(bid)/\(ask), \(age) ms" }
    }

    @Test(
        "prices and ages",
        arguments: [
            Row("OPEN", "BUY", "1.1", "1.1002", age: 0, "1.1002"),
            Row("OPEN", "SELL", "1.1", "1.1002", age: 0, "1.1"),
            Row("CLOSED", "BUY", "1.1", "1.1002", age: 0, "1.1"),
            Row("CLOSED", "SELL", "1.1", "1.1002", age: 0, "1.1002"),
            Row("OPEN", "BUY", "1.1", "1.1002", age: 5_000, "1.1002"),
            Row("CLOSED", "BUY", "1.1", "1.1002", age: 5_000, "1.1"),
            Row("OPEN", "BUY", "1.1", "1.1002", age: 5_001, nil),
            Row("CLOSED", "BUY", "1.1", "1.1002", age: 5_001, nil),
            Row("OPEN", "SELL", "0", "1.1002", age: 0, nil),
            Row("OPEN", "BUY", "0", "1.1002", age: 0, nil),
            Row("CLOSED", "SELL", "1.1", "-1", age: 0, nil),
        ])
    func prices(row: Row) throws {
        let house = HouseFixture()
        try house.quote("EURUSD", row.bid, row.ask, age: row.age)
        let closes = row.status == "CLOSED"
        let base = closes ? HouseFixture.close : HouseFixture.place
        let results = house.process([HouseFixture.entry(1, base, ["order_type": row.side])])
        switch (row.fill, closes) {
        case (let price?, _):
            #expect(results == [.settle(.done)])
            #expect(
                house.reports.sent.map(\.report.fields.byNameOfHouse) == [
                    [
                        "v": "1", "type": "execution_report", "ord_status": "EXECUTED",
                        "order_id": closes ? "CLS700" : "41", "avgpx": price, "cumqty": "1.5",
                        "exec_id": closes ? "H:41:close" : "H:41:open",
                        "key": "user_holdings:{demo:7}:41", "ts": "\(house.now)",
                    ]
                ])
        case (nil, false):
            #expect(results == [.settle(.done)])
            #expect(house.reports.sent.map(\.report.fields.byNameOfHouse) == [rejected(house.now)])
        case (nil, true):
            #expect(house.reports.sent.isEmpty)
            #expect(house.counters.counts == ["deferred waiting_for_price": 1])
        }
    }

    private func rejected(_ now: Int64) -> [String: String] {
        [
            "v": "1", "type": "execution_report", "ord_status": "REJECTED", "order_id": "41",
            "reason": "no_price", "key": "user_holdings:{demo:7}:41", "ts": "\(now)",
            "idempotency": "H:41",
        ]
    }

    @Test("a symbol without a price: the order is rejected, the close waits on for days")
    func missing() throws {
        let house = HouseFixture()
        let waiting: [String: String?] = ["deferrals": "40", "deferred_at": "1000"]
        let results = house.process([
            HouseFixture.entry(1), HouseFixture.entry(2, HouseFixture.close),
            HouseFixture.entry(3, HouseFixture.close, waiting),
        ])
        #expect(results[0] == .settle(.done))
        #expect(house.reports.sent.map(\.report.fields.byNameOfHouse) == [rejected(house.now)])
        guard case .settle(.delay(let first, let fields)) = results[1],
            case .settle(.delay(let later, _)) = results[2]
        else {
            Issue.record("closes wait: \(results)")
            return
        }
        #expect(first == 20)
        #expect(later == 5_000)
        #expect(fields["arrival"] == "5-2")
        #expect(house.counters.counts == ["deferred waiting_for_price": 2])
    }

    @Test("reports lie in their account's partition, whatever the lane")
    func partition() throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1", "1.1")
        for number in 1...20 {
            let account = try AccountID(.demo, "\(number)")
            let key = OrderKey(account, OrderID(number: 41))
            _ = house.process([HouseFixture.entry(1, HouseFixture.place, ["key": key.text])])
            #expect(house.reports.sent.last?.partition == account.partition(of: 8))
        }
        #expect(Set(house.reports.sent.map(\.partition)).count > 1)
    }

    @Test("a batch reads its prices once and answers in order")
    func batch() throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1", "1.1")
        try house.quote("GBPUSD", "1.2", "1.3")
        let results = house.process([
            HouseFixture.entry(1), HouseFixture.entry(2, HouseFixture.close),
            HouseFixture.entry(3, HouseFixture.place, ["symbol": "GBPUSD"]),
        ])
        #expect(results == [.settle(.done), .settle(.done), .settle(.done)])
        #expect(house.prices.calls == 1)
        #expect(house.reports.sent.compactMap { $0.report.fields["avgpx"] } == ["1.1", "1", "1.3"])
        #expect(house.counters.arrivals.map(\.sequence) == [1, 2, 3])
    }

    @Test(
        "what cannot be read is a dead letter that names the field",
        arguments: [
            (["v": nil], DeadReason.unreadable, "v '': is required"),
            (["v": "2"], .unknownVersion, "v '2' is not 1"),
            (["status": nil], .unreadable, "status '': is required"),
            (["status": "HALT"], .unreadable, "status 'HALT': "),
            (["order_type": "LONG"], .unreadable, "order_type 'LONG': is none of"),
            (["order_type": "SELL_LIMIT"], .unreadable, "order_type 'SELL_LIMIT': "),
            (["status": "STOPLOSS"], .unreadable, "stoploss_id '': is required"),
            (["key": "holdings"], .unreadable, "key 'holdings': "),
            (["key": "user_holdings:{vip:7}:41"], .unreadable, "key '"),
            (["order_id": "42"], .unreadable, "order_id '42': is not the order of key"),
            (["symbol": "EUR/USD"], .unreadable, "symbol 'EUR/USD': "),
            (["order_quantity": "x"], .unreadable, "order_quantity 'x': not_a_number"),
            (["order_quantity": "0"], .unreadable, "order_quantity '0': must be above zero"),
            (["status": "CLOSED"], .unreadable, "close_id '': is required"),
            (["status": "CLOSED", "close_id": "{}"], .unreadable, "close_id '{}': "),
        ] as [([String: String?], DeadReason, String)])
    func unreadable(changes: [String: String?], reason: DeadReason, detail: String) throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1", "1.1")
        let results = house.process([
            HouseFixture.entry(1, HouseFixture.place, changes), HouseFixture.entry(2),
        ])
        guard case .settle(.dead(reason, let fields)) = results[0] else {
            Issue.record("dead \(reason.rawValue) is due, not \(results[0])")
            return
        }
        let told = try #require(fields["dead_detail"])
        #expect(told.hasPrefix(detail), "\(told)")
        #expect(results[1] == .settle(.done), "a neighbour is not held up")
    }
}

@Suite("The house when stores fail") struct HouseFailureTests {
    private let away = StoreError.unavailable(operation: "send", detail: "away")
    private let refused = StoreError.refused(operation: "send", detail: "WRONGTYPE")

    @Test("a report that could not be sent holds its entry, and no other")
    func unsent() throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1", "1.1")
        house.reports.failures = [nil, away, nil]
        let results = house.process((1...3).map { HouseFixture.entry($0) })
        #expect(results == [.settle(.done), .hold, .settle(.done)])
        #expect(house.counters.alarms.isEmpty, "a store that is away is nobody's fault")
        #expect(house.counters.arrivals.count == 2)
    }

    @Test("a refused report is held, and alarmed once until it is sent")
    func refusedReport() throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1", "1.1")
        house.reports.failures = [refused, refused, nil, refused]
        let processor = house.processor()
        for expected in [EntryResult.hold, .hold, .settle(.done), .hold] {
            let entry = HouseFixture.entry(1)
            #expect(processor.process([entry], lane: house.lane, now: house.now) == [expected])
        }
        #expect(house.counters.alarms == ["report not sent", "report not sent"])
    }

    @Test("without prices all is held, but what is dead anyway")
    func noPrices() throws {
        let house = HouseFixture()
        house.prices.isAway = true
        let results = house.process([
            HouseFixture.entry(1), HouseFixture.entry(2, HouseFixture.close),
            HouseFixture.entry(3, HouseFixture.place, ["v": "2"]),
            HouseFixture.entry(4, HouseFixture.pending),
        ])
        #expect(results[0] == .hold)
        #expect(results[1] == .hold)
        #expect(
            results[2]
                == .settle(.dead(.unknownVersion, Fields(["dead_detail": "v '2' is not 1"]))))
        #expect(results[3] == .settle(.done), "what rests needs no price")
        #expect(house.reports.sent.map(\.report.fields["ord_status"]) == ["PENDING"])
    }

    @Test("a price that cannot be read holds its own symbol only, and is alarmed once")
    func damaged() throws {
        let house = HouseFixture()
        try house.quote("EURUSD", "1", "1.1")
        house.prices.damaged = [try Symbol("GBPUSD")]
        let processor = house.processor()
        let entries = [
            HouseFixture.entry(1),
            HouseFixture.entry(2, HouseFixture.place, ["symbol": "GBPUSD"]),
        ]
        for _ in 1...3 {
            let results = processor.process(entries, lane: house.lane, now: house.now)
            #expect(results == [.settle(.done), .hold])
        }
        #expect(house.counters.alarms == ["price not readable"])
    }

    @Test("an entry that killed three processes is a dead letter")
    func suspect() {
        let house = HouseFixture()
        let result = house.processor().processSuspect(
            HouseFixture.entry(1), lane: house.lane, now: house.now)
        #expect(result == .settle(.dead(.crashLoop, Fields())))
        #expect(house.counters.counts == ["dead crash_loop": 1])
    }

    @Test("an empty batch asks for nothing")
    func empty() {
        let house = HouseFixture()
        #expect(house.process([]).isEmpty)
        #expect(house.prices.calls == 0)
    }
}

extension Fields {
    /// By name.
    var byNameOfHouse: [String: String] {
        Dictionary(list.map { ($0.name, $0.value) }) { "\($0)\n\($1)" }
    }
}
