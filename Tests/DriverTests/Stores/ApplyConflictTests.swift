import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// What keeps a decision from being applied (architecture §3): each answers its reason, and writes
/// nothing.
@Suite(.enabled(if: PrivateRedis.shouldRun))
struct ApplyConflictTests {
    /// What somebody else did between load and apply.
    struct Meddling: Sendable, CustomTestStringConvertible {
        let reason: String
        let act: @Sendable (StoreHome) throws -> Void

        var testDescription: String { reason }
    }

    static let meddlings: [Meddling] = [
        Meddling(reason: "token") { home in
            try home.stores.accounts.park(
                home.account, reason: "x", token: OrdersToken(text: "other"))
        },
        Meddling(reason: "token") { try $0.ask("DEL", $0.account.portfolio) },
        Meddling(reason: "version") { home in
            try home.ask("HSET", home.account.holdings(home.order), "version", "2")
        },
        Meddling(reason: "version") { try $0.ask("DEL", $0.account.holdings($0.order)) },
        Meddling(reason: "applied") { home in
            try home.ask(
                "HSET", home.account.holdings(home.order), "applied",
                "request/r1=1 \(home.filling)=1")
        },
        Meddling(reason: "dead") { home in
            let reply = try home.stores.accounts.markDead(
                home.key, home.filling, .attempts, entry: .zero)
            guard reply == .marked else { throw Unexpected("\(reply)") }
        },
    ]

    @Test(arguments: Deployment.allCases, meddlings)
    func whatMovedUnderADecisionKeepsItOut(
        _ deployment: Deployment, _ meddling: Meddling
    ) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        let loaded = try home.load()
        let chain = try home.decide(on: loaded, [home.filled(loaded)])
        try meddling.act(home)
        let before = try home.dump(home.accountKeys)
        #expect(try home.apply(chain) == .conflict(meddling.reason))
        #expect(try home.dump(home.accountKeys) == before)
    }

    @Test(arguments: Deployment.allCases)
    func theSameDecisionIsAppliedOnce(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        let loaded = try home.load()
        let chain = try home.decide(on: loaded, [home.filled(loaded)])
        guard case .applied = try home.apply(chain) else {
            Issue.record("conflict")
            return
        }
        let before = try home.dump(home.accountKeys)
        #expect(try home.apply(chain) == .conflict("token"))
        // Nor where the token stood still, as a replica that was left behind might show it.
        try home.ask("HSET", home.account.portfolio, "orders_token", loaded.account.token)
        let again = try home.dump(home.accountKeys)
        #expect(try home.apply(chain) == .conflict("version"))
        #expect(try home.dump(home.accountKeys) == again)
        #expect(before != again)
    }

    @Test func anEventWhoseNameBeginsLikeAnotherIsAnother() throws {
        let home = try StoreHome(.single)
        try home.openAccount()
        for list in ["\(home.filling)1=1", "x\(home.filling)=1", "e=\(home.filling)"] {
            try home.ask(
                "HSET", home.account.holdings(home.order), "applied", list, "dead", list)
            let loaded = try home.load()
            let chain = try home.decide(on: loaded, [home.filled(loaded)])
            guard case .applied = try home.apply(chain) else {
                Issue.record("conflict with \(list)")
                return
            }
            try home.ask(
                "HSET", home.account.holdings(home.order), "state", "queued", "version", "1")
            try home.ask("HDEL", home.account.holdings(home.order), "execs")
        }
    }

    @Test func anAccountThatIsNewMustStillBeNew() throws {
        let home = try StoreHome(.single)
        let loaded = try home.load()
        let chain = try home.decide(on: loaded, [home.created()])
        try home.perform([home.created()])
        let before = try home.dump(home.accountKeys)
        #expect(try home.apply(chain) == .conflict("token"))
        #expect(try home.dump(home.accountKeys) == before)
    }

    @Test func anAnswerThatWasGivenMeanwhileStands() throws {
        let home = try StoreHome(.single)
        try home.perform([home.created()])
        let loaded = try home.load()
        let chain = try home.decide(on: loaded, [home.placed()])
        try home.ask("HSET", home.account.orderResult(try RequestID("r1")), "digest", "d")
        let before = try home.dump(home.accountKeys)
        #expect(try home.apply(chain) == .conflict("answered"))
        #expect(try home.dump(home.accountKeys) == before)
    }

    /// A sleeper must not apply an old price; a clock that was set back proves nothing about age.
    @Test(arguments: [(-1_000, true), (-60_000, false), (60_000, false)])
    func aDecisionMustBeFresh(_ shift: Int64, _ isFresh: Bool) throws {
        let home = try StoreHome(.single)
        try home.openAccount()
        let loaded = try home.load().shifted(by: shift)
        let chain = try home.decide(on: loaded, [home.filled(loaded)])
        let before = try home.dump(home.accountKeys)
        switch try home.apply(chain) {
        case .applied: #expect(isFresh)
        case .conflict(let reason):
            #expect(!isFresh && reason == "age")
            #expect(try home.dump(home.accountKeys) == before)
        }
    }

    @Test func aKeyOfAnotherTypeKeepsEverythingOut() throws {
        for index in 0..<6 {
            let home = try StoreHome(.single)
            try home.openAccount()
            let loaded = try home.load()
            let chain = try home.decide(on: loaded, [home.filled(loaded), home.deposited()])
            let written: [any RedisKey] = [
                home.account.portfolio, home.account.config, home.account.book,
                home.account.outbox, home.account.holdings(home.order),
                home.account.orderResult(try RequestID("d1")),
            ]
            try home.spoil(written[index])
            let before = try home.dump(home.accountKeys)
            let reply = home.stores.accounts.apply([chain.write])[0]
            // An answer that exists is a conflict, whatever it is.
            if index == 5 {
                #expect(try reply.get() == .conflict("answered"))
            } else {
                guard case .failure(.refused(_, let detail)) = reply else {
                    Issue.record("\(reply)")
                    continue
                }
                #expect(detail.contains("wrong_type"))
            }
            #expect(try home.dump(home.accountKeys) == before)
        }
    }

    @Test func aSpoiledIndexKeepsAPlacementOut() throws {
        let home = try StoreHome(.single)
        try home.perform([home.created()])
        let chain = try home.decide(on: try home.load(), [home.placed()])
        try home.spoil(home.account.ordersIndex)
        let before = try home.dump(home.accountKeys)
        #expect(throws: StoreError.self) { try home.apply(chain) }
        #expect(try home.dump(home.accountKeys) == before)
    }
}

extension Account {
    fileprivate var token: String { portfolio?.token.text ?? "" }
}

extension LoadedAccount {
    /// As if it had been loaded so many milliseconds later.
    fileprivate func shifted(by milliseconds: Int64) -> LoadedAccount {
        LoadedAccount(
            account: account, orderFields: orderFields, marginFields: marginFields,
            outbox: outbox, now: now + milliseconds)
    }
}

extension StoreHome {
    func deposited() throws -> Transition {
        let request = try RequestID("d1")
        return Transition(
            .balanceChanged, EventID(request: request), ledger: [LedgerEntry(.deposit, 5)],
            answer: CommandAnswer(request: request, result: accepted("d1")))
    }
}
