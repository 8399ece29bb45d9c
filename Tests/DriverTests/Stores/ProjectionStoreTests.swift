import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct ProjectionStoreTests {
    private static let life: Int64 = 8 * 24 * 3_600_000

    @Test(arguments: Deployment.allCases)
    func anOrderIsCopiedAndItsHolderKnown(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let ids = try home.publishedIDs()
        try home.project(version: 1, number: 2, active: 1, ids: ids, state: "open")
        #expect(
            try home.hash(Keys.orderData(home.order)) == [
                "user_type": "live", "user_id": home.account.userID, "state": "open",
                "symbol": home.symbol.text, "projected_version": "1",
            ])
        #expect(try home.life(Keys.orderData(home.order)) == -1)
        #expect(try home.holders() == [home.account.tag])
        for id in ids { #expect(try home.life(Keys.lookup(id)) == -1) }
    }

    @Test(arguments: Deployment.allCases)
    func anEndedOrderExpiresWithAllItsIdsAndComesBack(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let ids = try home.publishedIDs()
        try home.project(version: 1, number: 2, active: 1, ids: ids, state: "queued")
        for _ in 0..<2 {
            try home.project(version: 2, number: 3, active: 0, ids: ids, state: "cancelled")
            for id in ids {
                #expect((Self.life - 60_000...Self.life).contains(try home.life(Keys.lookup(id))))
            }
            #expect(try home.life(Keys.orderData(home.order)) > Self.life - 60_000)
            #expect(try home.holders().isEmpty)
        }
        for _ in 0..<2 {
            try home.project(version: 3, number: 4, active: 1, ids: ids, state: "open")
            for id in ids { #expect(try home.life(Keys.lookup(id)) == -1) }
            #expect(try home.life(Keys.orderData(home.order)) == -1)
            #expect(try home.holders() == [home.account.tag])
        }
        // A repeat of a re-opening sees to the ids again, should the first try have died before.
        try home.ask("PEXPIRE", Keys.lookup(ids[0]), "1000000")
        try home.project(version: 3, number: 4, active: 1, ids: ids, state: "open")
        #expect(try home.life(Keys.lookup(ids[0])) == -1)
    }

    @Test(arguments: Deployment.allCases)
    func aSleeperChangesNothing(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let ids = try home.publishedIDs()
        try home.project(version: 3, number: 4, active: 1, ids: ids, state: "open")
        try home.project(version: 2, number: 3, active: 0, ids: ids, state: "cancelled")
        #expect(try home.hash(Keys.orderData(home.order))["state"] == "open")
        #expect(try home.holders() == [home.account.tag])
        for id in ids { #expect(try home.life(Keys.lookup(id)) == -1) }
        #expect(try home.life(Keys.orderData(home.order)) == -1)

        try home.project(version: 4, number: 5, active: 0, ids: ids, state: "closed")
        try home.project(version: 3, number: 4, active: 1, ids: ids, state: "open")
        #expect(try home.hash(Keys.orderData(home.order))["state"] == "closed")
        #expect(try home.holders().isEmpty)
        for id in ids { #expect(try home.life(Keys.lookup(id)) > 0) }
    }

    @Test func whatTheSnapshotNoLongerHasIsGone() throws {
        let home = try StoreHome(.single)
        try home.ask("HSET", Keys.orderData(home.order), "stop_loss", "1.5", "user_id", "x")
        try home.project(version: 1, number: 1, active: 1, ids: [], state: "open")
        let copy = try home.hash(Keys.orderData(home.order))
        #expect(copy["stop_loss"] == nil && copy["user_id"] == home.account.userID)
    }

    @Test func oneThatFailsDoesNotTouchTheOthers() throws {
        let home = try StoreHome(.single)
        let other = try StoreHome(.single)
        try home.spoil(Keys.orderData(home.order))
        let results = home.stores.projection.project([
            home.change(version: 1, number: 1, active: 1, ids: [], state: "open"),
            other.change(version: 1, number: 1, active: 1, ids: [], state: "open"),
        ])
        #expect(throws: StoreError.self) { try results[0].get() }
        try results[1].get()
        #expect(try other.holders() == [other.account.tag])
    }
}

extension StoreHome {
    /// Ids that lead to the order, as publication leaves them.
    fileprivate func publishedIDs() throws -> [LifecycleID] {
        let ids = [
            LifecycleID(order), try LifecycleID("CLS\(order)"), try LifecycleID("SL\(order)"),
        ]
        for id in ids { try ask("SET", Keys.lookup(id), order.text) }
        return ids
    }

    fileprivate func change(
        version: Int64, number: Int64, active: Int, ids: [LifecycleID], state: String
    ) -> ProjectedOrder {
        ProjectedOrder(
            key: key, symbol: symbol, number: number, version: version, activeOfSymbol: active,
            isTerminal: OrderState(rawValue: state)?.isTerminal ?? false,
            ids: Array(ids.dropFirst()), fields: Fields(["state": state]))
    }

    fileprivate func project(
        version: Int64, number: Int64, active: Int, ids: [LifecycleID], state: String
    ) throws {
        let change = change(
            version: version, number: number, active: active, ids: ids, state: state)
        for result in stores.projection.project([change]) { try result.get() }
    }

    fileprivate func holders() throws -> [String] {
        let members = try ask("SMEMBERS", Keys.symbolHolders(symbol, account.userType))
        return (members.elements ?? []).compactMap(\.string)
    }
}
