import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct DeadMarkTests {
    @Test(arguments: Deployment.allCases)
    func anEventIsMarkedDeadUnlessItWasApplied(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let store = home.stores.accounts
        let late = EventID(text: "\(home.order)/REJECTED/e:x9")
        #expect(try store.markDead(home.key, late, .impossible, entry: .zero) == .unknownOrder)
        #expect(try !home.isThere(home.account.holdings(home.order)))

        try home.openAccount()
        try home.publish(try home.perform([home.filled(home.load())]))
        let holdings = home.account.holdings(home.order)
        let before = try home.hash(holdings)
        #expect(try store.markDead(home.key, home.filling, .attempts, entry: .zero) == .applied)
        #expect(try home.hash(holdings) == before)
        for _ in 0..<2 {
            #expect(try store.markDead(home.key, late, .impossible, entry: .zero) == .marked)
        }
        #expect(try home.hash(holdings)["dead"] == "\(late)=impossible")

        // What is left of the order takes the mark too, while both exist and when it is alone.
        try home.perform([home.closed(home.load())])
        let second = EventID(text: "\(home.order)/EXECUTED/e:x8")
        #expect(try store.markDead(home.key, second, .secondFill, entry: .zero) == .marked)
        try home.ask("DEL", holdings)
        let third = EventID(text: "\(home.order)/EXECUTED/e:x7")
        #expect(try store.markDead(home.key, third, .lateFill, entry: .zero) == .marked)
        #expect(try store.markDead(home.key, home.filling, .attempts, entry: .zero) == .applied)
        #expect(
            try home.hash(home.account.orderDone(home.order))["dead"]
                == "\(late)=impossible \(second)=second_fill \(third)=late_fill")
        #expect(try !home.isThere(holdings))
    }

    @Test(arguments: Deployment.allCases)
    func whoSleptMarksNothingThatCameBack(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let (store, letters) = (home.stores.accounts, home.stores.deadLetters)
        try home.openAccount()
        try home.publish(try home.perform([home.filled(home.load())]))
        let holdings = home.account.holdings(home.order)
        let late = EventID(text: "\(home.order)/REJECTED/e:x9")
        let (first, second) = (EntryID("5-0"), EntryID("6-0"))
        let entries = (try #require(first), try #require(second))
        func mark(_ entry: EntryID) throws -> DeadMarkReply {
            try store.markDead(home.key, late, .attempts, entry: entry)
        }
        #expect(try mark(entries.0) == .marked)
        try letters.remark(late, of: home.key, as: nil, entry: entries.0)
        #expect(try mark(entries.0) == .redriven)
        #expect(try home.hash(holdings)["dead"] == nil)
        let memory = home.account.redriven(late, entry: "\(entries.0)")
        #expect((1...86_400_000).contains(try home.life(memory)))
        // It may die again, by the entry by which it came back; what is thrown away stays so.
        #expect(try mark(entries.1) == .marked)
        try letters.remark(late, of: home.key, as: .dropped, entry: entries.1)
        #expect(try mark(entries.1) == .marked)
        #expect(try home.hash(holdings)["dead"] == "\(late)=dropped")
    }

    @Test(arguments: Deployment.allCases)
    func parkingNeedsAnAccountAndChangesItsToken(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let token = OrdersToken(text: "parked/fork~1")
        #expect(throws: StoreError.self) {
            try home.stores.accounts.park(home.account, reason: "fork", token: token)
        }
        #expect(try !home.isThere(home.account.portfolio))
        try home.openAccount()
        try home.stores.accounts.park(home.account, reason: "fork", token: token)
        let portfolio = try home.load().account.portfolio
        #expect(portfolio?.parked == "fork" && portfolio?.token == token)
        #expect(portfolio?.version == 2)
    }

    @Test(arguments: Deployment.allCases)
    func anIdIsClaimedForOneOrder(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let id = try LifecycleID("CLS\(home.order)")
        let other = OrderID(number: home.order.number + 1)
        func claim(_ order: OrderID) throws -> Bool {
            try home.stores.accounts.claim([IDClaim(id: id, order: order)])[0].get()
        }
        #expect(try claim(home.order))
        #expect((1...86_400_000).contains(try home.life(Keys.lookup(id))))
        #expect(try !claim(home.order), "another account may have an order of this number")
        #expect(try !claim(other))
        #expect(try home.ask("GET", Keys.lookup(id)) == .text(home.order.text))
    }
}
