import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct DeadLetterStoreTests {
    private func letters(_ home: StoreHome, _ lane: LaneID) throws -> [DeadLetter] {
        try home.stores.deadLetters.letters(behind: [(lane, .zero)], count: 10)[0]
    }

    private func die(
        _ home: StoreHome, _ fields: KeyValuePairs<String, String>, in lane: LaneID
    ) throws {
        var command = RedisCommand("XADD", slot: lane.slot.number, [lane.dead.text, "*"])
        for (name, value) in fields {
            command.append(name)
            command.append(value)
        }
        _ = try home.stores.client.call(command).get()
    }

    @Test(arguments: Deployment.allCases)
    func aLetterReturnsOnce(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let message: KeyValuePairs = ["v": "1", "event": "filled"]
        let entry = try home.append(message, to: home.queue)
        let nonce = try home.lease(home.queue)
        _ = try home.stores.lane.fetch(home.queue, nonce, .new, count: 1)
        let dead = Settlement(entry, .dead(.attempts, Fields(["dead_detail": "x"])))
        _ = try home.stores.lane.settle(home.queue, nonce, [dead])
        let found = try letters(home, home.queue)
        #expect(found.map(\.reason) == [.attempts] && found.map(\.arrival) == [entry])
        #expect(try home.stores.deadLetters.counts(of: [home.queue]) == [1])
        let letter = try #require(found.first)
        #expect(try home.stores.deadLetters.redrive(letter))
        #expect(try home.stores.deadLetters.redrive(letter) == false, "it is gone")
        #expect(try letters(home, home.queue).isEmpty)
        #expect(
            try home.entries(home.queue.stream)
                == [Fields(["v": "1", "event": "filled", "arrival": "\(entry)", "redriven": "1"])])
        #expect(try !home.stores.deadLetters.remove(letter))
    }

    @Test(arguments: Deployment.allCases)
    func letterPagesGoOnBehindTheLastOne(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        for number in 0..<3 { try die(home, ["n": "\(number)"], in: home.queue) }
        let store = home.stores.deadLetters
        let first = try store.letters(behind: [(home.queue, .zero)], count: 2)[0]
        let last = try #require(first.last?.entry.id)
        let rest = try store.letters(behind: [(home.queue, last)], count: 2)[0]
        #expect((first + rest).map { $0.entry.fields["n"] } == ["0", "1", "2"])
        #expect(try store.remove(try #require(rest.first)))
        #expect(try letters(home, home.queue).count == 2)
    }

    @Test(arguments: Deployment.allCases)
    func aMarkIsLiftedOrGetsAnotherReason(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        try home.perform([home.filled(home.load()), home.closed(home.load())])
        let (store, marks) = (home.stores.deadLetters, home.stores.accounts)
        let events = ["a", "a2", "b"].map { EventID(text: "\(home.order)/EXECUTED/e:\($0)") }
        for event in events { _ = try marks.markDead(home.key, event, .attempts, entry: .zero) }
        try store.remark(events[0], of: home.key, as: nil, entry: .zero)
        try store.remark(events[2], of: home.key, as: .dropped, entry: .zero)
        let left = "\(events[1])=attempts \(events[2])=dropped"
        for key in [home.account.holdings(home.order), home.account.orderDone(home.order)] {
            #expect(try home.hash(key)["dead"] == left)
        }
        #expect(try store.marks(of: [home.key])[home.key]?.text == left)
        for event in events { try store.remark(event, of: home.key, as: nil, entry: .zero) }
        try store.remark(events[0], of: home.key, as: nil, entry: .zero)
        #expect(try home.hash(home.account.holdings(home.order))["dead"] == nil)
    }

    @Test(arguments: Deployment.allCases)
    func onlyWhatItIsParkedForIsLifted(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        let token = try #require(try home.load().account.portfolio?.token)
        let store = home.stores.deadLetters
        let other = OrdersToken(text: "other~1")
        func unpark(_ reason: String) throws -> Bool {
            try store.unpark(
                home.account, parkedFor: reason, partition: home.partition, else: other)
        }
        try home.stores.accounts.park(
            home.account, reason: "unpublished", token: OrdersToken(text: "p~1"))
        #expect(try store.parked([home.account]) == [home.account: "unpublished"])
        #expect(try !unpark("fork"))
        #expect(try unpark("unpublished"))
        #expect(try !unpark("unpublished"))
        let portfolio = try #require(try home.load().account.portfolio)
        #expect(portfolio.parked == nil && portfolio.token == token, "that of its last step")
        // One that is not published yet gives the token of its record.
        let record = try home.perform([home.filled(home.load())])[0]
        try home.stores.accounts.park(
            home.account, reason: "unpublished", token: OrdersToken(text: "p~2"))
        #expect(try unpark("unpublished"))
        #expect(try home.load().account.portfolio?.token == record.token)
    }

    @Test(arguments: Deployment.allCases)
    func anEndedOrderIsRestoredOnlyAsBothKnowIt(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        let store = home.stores.deadLetters
        try home.publish(try home.perform([home.filled(home.load())]))
        let record = try home.perform([home.closed(home.load())])[0]
        try home.publish([record])
        let snapshot = Order.snapshot(ofEvent: record.event)
        let order = try Order(snapshot, account: home.account)
        func restore(_ version: Int64 = 0, number: Int64 = 0) throws
            -> RedisDeadLetterStore.Restored
        {
            var order = order
            order.version += version
            return try store.restore(
                order, snapshot: snapshot, number: record.number + number, retention: 60_000)
        }
        #expect(try restore() == .kept)
        let holdings = home.account.holdings(home.order)
        let before = try home.hash(holdings)
        try home.ask("DEL", holdings)
        try home.ask("DEL", Keys.lookup(LifecycleID(home.order)))
        try home.ask("DEL", Keys.orderData(home.order))
        #expect(try restore(-1) == .behind)
        #expect(try restore(1) == .lost)
        #expect(try restore(number: 1) == .lost)
        #expect(try !home.isThere(holdings))
        let late = EventID(text: "\(home.order)/EXECUTED/e:x8")
        _ = try home.stores.accounts.markDead(home.key, late, .lateFill, entry: .zero)
        #expect(try store.kept([home.key]).isEmpty)
        #expect(try restore() == .restored)
        #expect(try store.kept([home.key]) == [home.key])
        #expect(try home.hash(holdings) == before.merging(["dead": "\(late)=late_fill"]) { $1 })
        #expect((1...60_000).contains(try home.life(holdings)))
        #expect(try home.ask("GET", Keys.lookup(LifecycleID(home.order))) == .text(home.order.text))
        #expect(try home.life(Keys.lookup(LifecycleID(home.order))) > 60_000)
        let data = try home.hash(Keys.orderData(home.order))
        #expect(data["user_id"] == home.account.userID && data["projected_end"] == "1")
        #expect(try home.life(Keys.orderData(home.order)) > 60_000)
    }

    @Test func aQueueIsPausedAndResumed() throws {
        let server = try PrivateRedis()
        let home = try StoreHome(server.address)
        let client = home.stores.client
        #expect(throws: StoreError.self) {
            try RedisTopology.pause(client, queue: "open", true)
        }
        try RedisTopology.initialise(client, partitions: 1, providers: [.house])
        for (queue, isPaused, isNew) in [
            ("open", true, true), ("open", true, false), ("events/projection", true, true),
            ("close", false, false), ("open", false, true),
        ] {
            #expect(try RedisTopology.pause(client, queue: queue, isPaused) == isNew)
        }
        let topology = try Topology(home.stores.coordination.topology())
        #expect(topology.paused == ["events/projection"])
    }
}
