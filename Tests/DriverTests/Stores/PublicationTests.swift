import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct PublicationTests {
    /// The queue in which the account's messages to its provider lie.
    private static func providerLane(_ home: StoreHome) -> LaneID {
        LaneID(
            queue: .provider(home.provider),
            home.account.partition(of: StoreHome.partitions))
    }

    @Test(arguments: Deployment.allCases)
    func idsLeadToTheirOrderForGood(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let id = LifecycleID(home.order)
        let close = try LifecycleID("CLS\(home.order)")
        let claims = [id, close].map { IDClaim(id: $0, order: home.order) }
        for claim in home.stores.accounts.claim(claims) { #expect(try claim.get()) }
        let placing = try home.perform([home.created(), home.placed()])
        for result in home.stores.accounts.publishLookups(placing) { try result.get() }
        #expect(try home.life(Keys.lookup(id)) == -1)
        #expect(
            try home.hash(Keys.orderData(home.order)) == [
                "user_type": "live", "user_id": home.account.userID, "symbol": "EURUSD",
            ])
        // Later records of the order bring their own ids only.
        let loaded = try home.load()
        var closing = try home.filled(loaded)
        closing.newIDs = [close]
        try home.ask("DEL", Keys.orderData(home.order))
        for result in home.stores.accounts.publishLookups(try home.perform([closing])) {
            try result.get()
        }
        #expect(try home.ask("GET", Keys.lookup(close)) == .text(home.order.text))
        #expect(try home.life(Keys.lookup(close)) == -1)
        #expect(try !home.isThere(Keys.orderData(home.order)))
    }

    @Test(arguments: Deployment.allCases)
    func aMessageIsSentOnceHoweverOftenItsRecordIsPublished(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let lane = Self.providerLane(home)
        let records = try home.perform([home.created(), home.placed()])
        for _ in 0..<2 {
            for result in home.stores.accounts.publishSends(records) { try result.get() }
            for result in home.another().accounts.publishSends(records) { try result.get() }
        }
        let sent = try home.entries(lane.stream)
        #expect(sent == [records[1].sends[0].fields])
        #expect(try home.ask("ZCARD", lane.sent) == .integer(1))
        #expect(try !home.isThere(lane.dead))
    }

    @Test func aRecordThatIsTooOldIsNotSentButShown() throws {
        let home = try StoreHome(.single)
        let lane = Self.providerLane(home)
        let hours: Int64 = 3_600_000
        for (age, reason) in [(11 * hours, nil), (13 * hours, "stale_send")] {
            let old = try home.record(age: age, id: "SL\(home.order)\(age)")
            for _ in 0..<2 { try home.stores.accounts.publishSends([old])[0].get() }
            #expect(try home.entries(lane.dead).first?["dead_reason"] == reason)
        }
        #expect(try home.entries(lane.stream).count == 1)
        #expect(try home.entries(lane.dead).count == 1)
    }

    @Test func sentIdsAreForgottenAfterADay() throws {
        let home = try StoreHome(.single)
        let lane = Self.providerLane(home)
        let now = try home.stores.events.time(partition: 0)
        try home.ask("ZADD", lane.sent, "\(now - 23 * 3_600_000)", "young")
        for index in 0..<20 {
            try home.ask("ZADD", lane.sent, "\(now - 25 * 3_600_000)", "old\(index)")
        }
        for index in 0..<2 {
            try home.stores.accounts.publishSends([try home.record(age: 0, id: "SL\(index)")])[0]
                .get()
        }
        let left = try home.ask("ZRANGE", lane.sent, "0", "-1").elements?.compactMap(\.string)
        #expect(left == ["young", "SL0", "SL1"])
    }

    @Test func aSpoiledQueueIsRefusedBeforeItsIdCountsAsSent() throws {
        let home = try StoreHome(.single)
        let lane = Self.providerLane(home)
        let records = try home.perform([home.created(), home.placed()])
        try home.spoil(lane.stream)
        let results = home.stores.accounts.publishSends(records)
        #expect((try? results[0].get()) != nil, "it has nothing to send")
        #expect(throws: StoreError.self) { try results[1].get() }
        #expect(try !home.isThere(lane.sent))
    }

    @Test(arguments: Deployment.allCases)
    func eventsAreAppendedInOrderOnce(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let records = try home.perform([home.created(), home.placed()])
        let more = try home.perform([home.filled(home.load())])
        let store = home.stores.accounts
        #expect(
            try store.publishEvents([records[1], records[0]], partition: home.partition)
                == [.gap, .gap])
        #expect(try !home.isThere(home.events.stream))
        #expect(
            try store.publishEvents(records, partition: home.partition)
                == [.appended, .appended])
        #expect(
            try store.publishEvents(records + more, partition: home.partition)
                == [.present, .present, .appended])
        let expected = (records + more).map { EventEntry.fields(of: $0.event) }
        #expect(try home.entries(home.events.stream) == expected)
        #expect(
            try home.hash(home.events.emitted)
                == [home.account.tag: "3:\(more[0].token.text)"])
    }

    @Test func aForkOrGapStopsItsAccountAlone() throws {
        let home = try StoreHome(.single)
        let other = try StoreHome(.single)
        let records = try home.perform([home.created(), home.placed()])
        let others = try other.perform([other.created(), other.placed()])
        _ = try home.stores.accounts.publishEvents([records[0]], partition: home.partition)
        let forked = try home.forked(records[0])
        let replies = try home.stores.accounts.publishEvents(
            [forked, others[0], records[1], others[1]], partition: home.partition)
        #expect(replies == [.fork, .appended, .fork, .appended])
        let events = try home.entries(home.events.stream)
        let appended = [records[0], others[0], others[1]]
        #expect(events == appended.map { EventEntry.fields(of: $0.event) })
    }

    @Test func anOldNumberOfAnyTokenIsPresent() throws {
        let home = try StoreHome(.single)
        let records = try home.perform([home.created(), home.placed()])
        _ = try home.stores.accounts.publishEvents(records, partition: home.partition)
        let old = try home.forked(records[0])
        #expect(
            try home.stores.accounts.publishEvents([old], partition: home.partition)
                == [.present])
        #expect(try home.entries(home.events.stream).count == 2)
    }

    @Test func aLargeBatchIsAnsweredRecordByRecord() throws {
        let home = try StoreHome(.single)
        let first = try home.perform([home.created()])
        let changes = (0..<100).map { index in
            Transition(
                .balanceChanged, EventID(text: "request/d\(index)"),
                ledger: [LedgerEntry(.deposit, 1)])
        }
        let records = try first + home.perform(changes)
        let replies = try home.stores.accounts.publishEvents(records, partition: home.partition)
        #expect(replies == Array(repeating: .appended, count: 101))
        #expect(
            try home.entries(home.events.stream).map { $0["orders_version"] }
                == (1...101).map { "\($0)" })
        #expect(try home.load().outbox == records)
        #expect(try home.stores.accounts.unbox([records])[0].get() == .removed)
        #expect(try home.load().outbox.isEmpty)
    }

    @Test func spoiledEventsAreRefusedWithoutAnEntry() throws {
        let home = try StoreHome(.single)
        let records = try home.perform([home.created(), home.placed()])
        try home.spoil(home.events.emitted)
        #expect(throws: StoreError.self) {
            try home.stores.accounts.publishEvents(records, partition: home.partition)
        }
        #expect(try !home.isThere(home.events.stream))
    }

    @Test(arguments: Deployment.allCases)
    func onlyWhatWasPublishedLeavesTheOutbox(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let records = try home.perform([home.created(), home.placed()])
        let more = try home.perform([home.filled(home.load())])
        let store = home.stores.accounts
        #expect(try store.unbox([records])[0].get() == .removed)
        #expect(try home.load().outbox == more)
        // Another record under the number stays.
        #expect(try store.unbox([[home.forked(more[0])]])[0].get() == .removed)
        #expect(try home.load().outbox == more)
        #expect(try store.unbox([records + more])[0].get() == .removed)
        #expect(try home.load().outbox.isEmpty)
        #expect(try store.unbox([records + more])[0].get() == .removed)
    }

    @Test(arguments: Deployment.allCases)
    func aNumberThatTheAccountDoesNotKnowIsAForkAndKeepsTheOutbox(
        _ deployment: Deployment
    ) throws {
        let home = try StoreHome(deployment)
        let first = try home.perform([home.created(), home.placed()])
        let before = try home.load()
        let lost = try home.decide(on: before, [home.filled(before)]).records
        let store = home.stores.accounts
        #expect(try store.unbox([first + lost])[0].get() == .fork)
        #expect(try home.load().outbox == first)
        try home.ask("DEL", home.account.portfolio)
        #expect(try store.unbox([first])[0].get() == .fork)
    }

    @Test(arguments: Deployment.allCases)
    func answersAreAnnounced(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let records = try home.perform([home.created(), home.placed()])
        let address = try deployment.address
        let endpoint =
            switch address.topology {
            case .single(let endpoint): endpoint
            case .cluster(let seeds): seeds[0]
            }
        let listener = RedisConnection(endpoint, address: address)
        _ = try listener.call(RedisCommand("SUBSCRIBE", slot: nil, [Keys.resultsChannel])).get()
        try home.stores.accounts.announce(
            records.compactMap { record in
                record.answered.map { AnsweredCommand(account: record.account, request: $0) }
            })
        let wanted = Reply.array([
            .text("message"), .text(Keys.resultsChannel), .text("\(home.account.tag) r1"),
        ])
        // Tests beside this one announce too.
        var isHeard = false
        while !isHeard, let message = try listener.receive(within: .seconds(5)) {
            isHeard = message == wanted
        }
        #expect(isHeard)
    }
}

extension StoreHome {
    /// A record like another, under the same number, of another decision.
    func forked(_ record: Record) throws -> Record {
        let parts = try #require(Netstring.decode(record.text))
        return try Record(
            Netstring.encode(parts.enumerated().map { $0 == 3 ? "other~2" : $1 }))
    }

    /// A record of this age that sends a message under this id.
    func record(age: Int64, id: String) throws -> Record {
        let message = ProviderMessage(
            provider: provider, id: try LifecycleID(id), account: account,
            fields: Fields(["v": "1", "status": "STOPLOSS"]))
        let loaded = LoadedAccount(
            account: Account(
                id: account, portfolio: nil, config: nil, book: Book(), orders: [:],
                answers: [:]),
            orderFields: [:], marginFields: [], outbox: [],
            now: try stores.events.time(partition: 0) - age)
        let transition = Transition(
            .balanceChanged, EventID(text: "request/s"), sends: [message])
        return try decide(on: loaded, [transition]).records[0]
    }
}
