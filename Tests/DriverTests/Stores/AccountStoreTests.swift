import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct AccountStoreTests {
    @Test(arguments: Deployment.allCases)
    func anAccountThatDoesNotExistIsLoadedEmpty(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let request = try RequestID("r1")
        let loaded = try home.load(requests: [request])
        #expect(loaded.account.portfolio == nil && loaded.account.config == nil)
        #expect(loaded.account.book.count == 0)
        #expect(loaded.account.orders == [home.order: .unknown])
        #expect(loaded.account.answers.isEmpty)
        #expect(loaded.outbox.isEmpty && loaded.orderFields.isEmpty)
        #expect(loaded.now > 1_700_000_000_000)
    }

    @Test(arguments: Deployment.allCases)
    func aChainIsWrittenAndLoadedAsItWasDecided(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let empty = try home.load()
        let chain = try home.decide(on: empty, [home.created(), home.placed()])
        guard case .applied(let at) = try home.apply(chain) else {
            Issue.record("conflict")
            return
        }
        #expect(at >= empty.now)

        let request = try RequestID("r1")
        let loaded = try home.load(requests: [request])
        #expect(loaded.outbox == chain.records)
        #expect(loaded.outbox.map(\.number) == [1, 2])
        #expect(loaded.account.portfolio?.version == 2)
        #expect(loaded.account.portfolio?.token == chain.records[1].token)
        #expect(loaded.account.portfolio?.balance == 10_000)
        #expect(loaded.account.config?.leverage == 100)
        #expect(loaded.account.book.count == 1)
        #expect(loaded.marginFields == ["m:EURUSD"])
        #expect(loaded.account.answers[request] == home.accepted("r1"))
        guard case .kept(let order)? = loaded.account.orders[home.order] else {
            Issue.record("no order")
            return
        }
        #expect(order.state == .queued && order.version == 1)
        #expect(loaded.orderFields[home.order]?["state"] == "queued")
        #expect(try home.hash(home.account.config)["wallet_balance"] == "10000")
        #expect(try home.life(home.account.holdings(home.order)) == -1)
        let answerLife = try home.life(home.account.orderResult(request))
        #expect((80_000_000...86_400_000).contains(answerLife))
    }

    @Test(arguments: Deployment.allCases)
    func aTerminalOrderLeavesItsTrace(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        try home.publish(try home.perform([home.filled(home.load())]))
        let records = try home.perform([home.closed(home.load())])
        #expect(try !home.isThere(home.account.ordersIndex))
        #expect(try !home.isThere(home.account.book))
        #expect((1...60_000).contains(try home.life(home.account.holdings(home.order))))
        #expect(
            (600_000_000...691_200_000).contains(
                try home.life(home.account.orderDone(home.order))))
        #expect(try home.hash(home.account.portfolio)["balance"] == "10025")
        // The symbol is flat: its margin is gone, not nought.
        #expect(try home.load().marginFields.isEmpty)
        try home.publish(records)

        try home.ask("DEL", home.account.holdings(home.order))
        guard case .done(let done)? = try home.load().account.orders[home.order] else {
            Issue.record("nothing left of the order")
            return
        }
        #expect(done.state == .closed && done.version == 3)
        #expect(done.applied.contains(home.filling.text))
    }

    @Test(arguments: Deployment.allCases)
    func anOrderThatIsOpenedAgainLivesForGood(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        let loaded = try home.load()
        guard case .kept(var order)? = loaded.account.orders[home.order] else {
            Issue.record("no order")
            return
        }
        order.state = .cancelled
        try home.perform([
            Transition(.orderRejected, EventID(text: "\(home.order)/CANCELLED/e:c"), order: order)
        ])
        #expect(try home.life(home.account.holdings(home.order)) > 0)
        try home.perform([home.filled(home.load())])
        #expect(try home.life(home.account.holdings(home.order)) == -1)
        #expect(try !home.isThere(home.account.orderDone(home.order)))
        let members = try home.ask("SMEMBERS", home.account.ordersIndex)
        #expect(members == .array([.text(home.order.text)]))
    }

    @Test(arguments: Deployment.allCases)
    func manyAccountsAreOneCall(_ deployment: Deployment) throws {
        let homes = try (0..<20).map { _ in try StoreHome(deployment) }
        let store = homes[0].stores.accounts
        let loads = store.load(homes.map { LoadRequest(account: $0.account, orders: [$0.order]) })
        let chains = try zip(homes, loads).map { home, loaded in
            try home.decide(on: try loaded.get(), [home.created(), home.placed()])
        }
        // One of them cannot be written; the others do not notice.
        try homes[7].spoil(homes[7].account.book)
        for (index, reply) in store.apply(chains.map(\.write)).enumerated() {
            switch reply {
            case .success(.applied): #expect(index != 7)
            case .success(.conflict), .failure: #expect(index == 7)
            }
        }
    }

    @Test(arguments: Deployment.allCases)
    func aRefusalIsWrittenWithoutAnAccount(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let request = try RequestID("r1")
        let result = CommandResult(
            digest: "d", isAccepted: false, reason: "account_unknown", order: nil,
            lifecycleID: nil, timestamp: 1)
        let answer = CommandAnswer(request: request, result: result)
        let chain = try home.decide(on: try home.load(), [], refusing: [answer])
        guard case .applied = try home.apply(chain) else {
            Issue.record("conflict")
            return
        }
        let loaded = try home.load(requests: [request])
        #expect(loaded.account.answers[request] == result)
        #expect(loaded.account.portfolio == nil)
        #expect(try home.apply(chain) == .conflict("answered"))
    }

    @Test func valuesAreWhateverBytesTheyAre() throws {
        let home = try StoreHome(.single)
        try home.openAccount()
        let loaded = try home.load()
        guard case .kept(var order)? = loaded.account.orders[home.order] else {
            Issue.record("no order")
            return
        }
        let reason = "a\u{0}b\r\n$5\r\n§€𝄞 " + String(repeating: "long ", count: 20_000)
        order.provider.reason = reason
        order.state = .open
        try home.perform([Transition(.orderOpenConfirmed, home.filling, order: order)])
        let again = try home.load()
        guard case .kept(let kept)? = again.account.orders[home.order] else {
            Issue.record("no order")
            return
        }
        #expect(kept.provider.reason == reason)
        #expect(again.outbox.last?.event["provider_reason"] == reason)
    }

    /// What a newer binary has written and not yet published is not wrong: its account waits.
    @Test func anAccountWithARecordOfAnotherVersionWaits() throws {
        let home = try StoreHome(.single)
        let other = try StoreHome(.single)
        try home.openAccount()
        try other.openAccount()
        let record = try #require(try home.perform([home.filled(home.load())]).last)
        let boxed = "\(record.token.text) \(Netstring.encode(["99", "what a newer one knows"]))"
        try home.ask("HSET", home.account.outbox, String(record.number), boxed)
        let results = home.stores.accounts.load(
            [home, other].map { LoadRequest(account: $0.account, orders: [$0.order]) })
        guard case .failure(.unavailable(_, let detail)) = results[0] else {
            Issue.record("\(results[0])")
            return
        }
        #expect(detail.contains("99"))
        #expect((try? results[1].get()) != nil)
    }

    @Test func whatCannotBeReadIsRefusedAloneAndNamed() throws {
        let home = try StoreHome(.single)
        let other = try StoreHome(.single)
        try home.openAccount()
        try other.openAccount()
        try home.ask("HSET", home.account.holdings(home.order), "order_price", "cheap")
        let results = home.stores.accounts.load(
            [home, other].map { LoadRequest(account: $0.account, orders: [$0.order]) })
        guard case .failure(.refused(_, let detail)) = results[0] else {
            Issue.record("read")
            return
        }
        #expect(detail.contains("order_price"))
        #expect((try? results[1].get()) != nil)
    }

    @Test(arguments: Deployment.allCases)
    func termsAndPricesAreRead(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let known = TermsKey(group: "G\(home.partition)", symbol: home.symbol)
        let unknown = TermsKey(group: "none", symbol: home.symbol)
        try home.ask("HSET", Keys.terms(group: known.group, known.symbol), "spread", "2")
        let terms = try home.stores.accounts.terms([known, unknown])
        #expect(terms == [known: Fields(["spread": "2"]), unknown: Fields()])

        let silent = try Symbol("NONE\(home.partition)")
        let quote = RedisPriceStore.Quote(
            symbol: home.symbol, bid: try Price("1.5"), ask: try Price("1.6"))
        for result in home.stores.prices.publish([quote]) { try result.get() }
        let prices = try home.stores.accounts.prices([home.symbol, silent])
        let price = try #require(prices[home.symbol])
        #expect(price.bid == quote.bid && price.ask == quote.ask)
        #expect((0...5_000).contains(price.ageMilliseconds))
        #expect(prices[silent] == nil)
    }

    @Test func aPriceStampedByAnotherClockHasNoAge() throws {
        let home = try StoreHome(.single)
        let now = try home.stores.events.time(partition: 0)
        let rows: KeyValuePairs<Int64, ClosedRange<Int64>> = [
            now - 7_000: 7_000...12_000, now + 60_000: 86_400_000...Int64.max,
        ]
        for (stamp, ages) in rows {
            try home.ask(
                "HSET", Keys.market(home.symbol), "bid", "1", "ask", "1", "ts", "\(stamp)")
            let price = try home.stores.prices.prices([home.symbol])[home.symbol]
            #expect(ages.contains(price?.ageMilliseconds ?? -1))
        }
        try home.ask("HSET", Keys.market(home.symbol), "bid", "much")
        let error = #expect(throws: StoreError.self) {
            try home.stores.prices.prices([home.symbol])
        }
        #expect(error?.isUnavailable == false)
    }
}
