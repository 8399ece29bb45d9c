import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct TriggerStoreTests {
    @Test("the decision table", arguments: Deployment.allCases)
    func table(_ deployment: Deployment) throws {
        for row in TriggerRow.all {
            let home = try TriggerHome(deployment)
            try home.own()
            let set = try home.rest(row)
            let sent = try row.sent
            #expect(set.status == .pending && set.price == sent, "\(row)")
            try home.quote(row.bid, row.ask)
            let fills = try home.fire()
            #expect(fills.map(\.price.text) == (row.fill.map { [$0] } ?? []), "\(row)")
            #expect(try home.fire() == fills, "told until it is reported: \(row)")
            #expect(try home.fire(reported: fills.map(\.execID)).isEmpty, "\(row)")
            #expect(try home.resting() == (row.fill == nil ? 1 : 0), "\(row)")
        }
    }

    @Test("an index holds the price compared, under the order's id", arguments: Deployment.allCases)
    func index(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        _ = try home.change(.rest(.sellStop, price: "1.0901", quantity: "2"))
        let key = home.keys.pendingIndex(.sellStop)
        #expect(key.text == "pending_index:{\(home.store.symbol.text)}:SELL_STOP")
        let entry = try home.store.ask("ZRANGE", key, "0", "-1", "WITHSCORES").elements ?? []
        #expect(entry.count == 2 && entry[0].string == home.store.order.text)
        #expect(entry.last?.string.flatMap { Double($0) } == 1.0901)
    }

    @Test(
        "a request is answered the same again and changes nothing", arguments: Deployment.allCases)
    func repeats(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        let talk: [(TriggerChange.Action, String)] = [
            (try .rest(.buyLimit, price: "1", quantity: "1"), home.store.order.text),
            (try .move(price: "0.9", quantity: "2"), "MOD1"),
            (.cancel, "CXL1"), (.cancel, "CXL2"),
            (try .setLeg(.stopLoss, .buy, price: "1", quantity: "1"), "SL1"),
        ]
        var first: [TriggerAnswer] = []
        for (action, id) in talk { first.append(try home.change(action, under: id)) }
        #expect(
            first.map(\.status) == [.pending, .modify, .cancelled, .rejected, .rejected])
        let before = try home.store.dump([home.keys.orders])
        for ((action, id), answer) in zip(talk, first) {
            let again = try home.change(action, under: id)
            #expect(again.status == answer.status && again.reason == answer.reason)
            #expect(again.price == answer.price)
        }
        #expect(try home.store.dump([home.keys.orders]) == before)
        #expect(try home.resting() == 0)
    }

    @Test("a closed position's legs fire no more, and a fired one does not close")
    func closed() throws {
        let home = try TriggerHome(.single)
        try home.own()
        _ = try home.change(.setLeg(.stopLoss, .sell, price: "1.2", quantity: "1"), under: "SL1")
        _ = try home.change(.setLeg(.takeProfit, .sell, price: "1", quantity: "1"), under: "TP1")
        let closed = try home.close(at: "1.1", under: "CLS1")
        #expect(closed.status == .executed && closed.price?.text == "1.1")
        try home.quote("1.3", "1.3")
        #expect(try home.fire().isEmpty)
        #expect(try home.resting() == 0)
        let again = try home.close(at: "1.3", under: "CLS2")
        #expect(again.reason == "position_closed")
    }

    @Test("the stop loss goes first")
    func stopLossFirst() throws {
        let home = try TriggerHome(.single)
        try home.own()
        _ = try home.change(.setLeg(.takeProfit, .buy, price: "1", quantity: "1"), under: "TP1")
        _ = try home.change(.setLeg(.stopLoss, .buy, price: "1.2", quantity: "1"), under: "SL1")
        try home.quote("1.1", "1.1002")
        #expect(try home.fire().map(\.id.text) == ["SL1"])
        #expect(try home.resting() == 0)
    }

    @Test("old ticks, stamps from the future and empty prices fire nothing")
    func ages() throws {
        let home = try TriggerHome(.single)
        try home.own()
        _ = try home.change(.rest(.buyLimit, price: "1.1", quantity: "1"))
        for (age, bid, ask) in [
            (Int64(5_200), "1", "1"), (-5_000, "1", "1"), (0, "0", "1"), (0, "1", "0"),
            (0, "", "1"),
        ] {
            try home.tick(bid, ask, age: age)
            #expect(try home.fire().isEmpty, "\(age) ms \(bid)/\(ask)")
        }
        try home.tick("1", "1", age: 4_000)
        #expect(try home.fire().count == 1)
    }

    @Test("a tick from before it rested fires nothing; the last price does without another tick")
    func order() throws {
        let home = try TriggerHome(.single)
        try home.own()
        try home.quote("1", "1")
        try home.quote("2", "2")
        _ = try home.change(.rest(.buyLimit, price: "1.1", quantity: "1"))
        #expect(try home.fire().isEmpty)
        let other = try TriggerHome(.single)
        try other.own()
        try other.quote("1", "1")
        #expect(try other.fire().isEmpty)
        _ = try other.change(.rest(.buyLimit, price: "1.1", quantity: "1"))
        #expect(try other.fire().count == 1)
    }

    @Test("without the lease nothing fires", arguments: Deployment.allCases)
    func lease(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        _ = try home.change(.rest(.buyLimit, price: "1.1", quantity: "1"))
        try home.quote("1", "1")
        let watch = TriggerWatch(symbol: home.store.symbol, nonce: home.nonce)
        #expect(try home.look(watch) == .leaseLost)
        try home.own()
        let stranger = TriggerWatch(symbol: home.store.symbol, nonce: LeaseNonce(9, 9))
        #expect(try home.look(stranger) == .leaseLost)
        #expect(try home.fire().count == 1)
    }

    @Test("an index entry without its order goes, and holds nothing up")
    func orphan() throws {
        let home = try TriggerHome(.single)
        try home.own()
        _ = try home.change(.rest(.buyStop, price: "1.1", quantity: "1"))
        for number in 1...300 {
            try home.store.ask(
                "ZADD", home.keys.pendingIndex(.buyStop), "1", "\(number)9999999")
        }
        try home.quote("2", "2")
        #expect(try home.fire().count == 1)
        #expect(try home.resting() == 0)
    }

    @Test("a key of another type stops a script before its first write")
    func spoiled() throws {
        for index in 0..<8 {
            let home = try TriggerHome(.single)
            try home.own()
            _ = try home.change(.rest(.buyLimit, price: "1.1", quantity: "1"))
            try home.quote("1", "1")
            let before = try home.store.dump([home.keys.orders])
            try home.store.spoil(home.keys.indexes[index])
            let watch = TriggerWatch(symbol: home.store.symbol, nonce: home.nonce)
            #expect(throws: StoreError.self) { try home.look(watch) }
            #expect(throws: StoreError.self) { try home.change(.cancel, under: "CXL1") }
            #expect(try home.store.dump([home.keys.orders]) == before)
            #expect(try !home.store.isThere(home.keys.firing))
        }
    }

    @Test("a copy knows better than an older one", arguments: Deployment.allCases)
    func copies(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        let key = Keys.orderTriggers(home.store.order)
        let set = try home.change(.rest(.buyLimit, price: "1.1", quantity: "1"))
        let gone = try home.change(.cancel, under: "CXL1")
        for answer in [set, gone, set] {
            let copy = try #require(answer.copy)
            try home.store.stores.triggers.copy([copy])[0].get()
        }
        #expect(try home.store.hash(key).keys.sorted() == ["version"])
        #expect(try home.store.life(key) > 0)
    }

    @Test("the first answer to a request is sent, no second one", arguments: Deployment.allCases)
    func firstAnswer(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        let id = try LifecycleID("R\(home.store.order.text)")
        for status in [OrdStatus.rejected, .executed] {
            let report = ExecutionReport(
                on: id, key: home.store.key, status: status, execID: nil, averagePrice: nil,
                quantity: nil, reason: nil, timestamp: 1)
            let placed = PlacedReport(partition: home.store.partition, report: report)
            let answer = PlacedAnswer(request: id, placed: placed, freshness: nil)
            #expect(try home.store.stores.reports.answer([answer])[0].get() == .answered)
        }
        let lane = LaneID(queue: .reports, home.store.partition)
        #expect(try home.store.entries(lane.stream).map { $0["ord_status"] } == ["REJECTED"])
    }

    @Test(
        "whoever listens hears of a tick where the house has orders", arguments: Deployment.allCases
    )
    func listening(_ deployment: Deployment) throws {
        let home = try TriggerHome(deployment)
        let listener = home.store.another().ticks
        _ = listener.heard(within: .milliseconds(1))
        try home.quote("1", "1")
        _ = try home.change(.rest(.buyLimit, price: "0.5", quantity: "1"))
        try home.quote("1", "1")
        let isHeard = eventually {
            listener.heard(within: .milliseconds(100)).contains(home.store.symbol)
        }
        #expect(isHeard)
    }
}
