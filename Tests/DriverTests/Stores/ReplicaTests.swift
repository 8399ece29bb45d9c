import Glibc
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// `REDIS_WAIT_REPLICAS`: what too few replicas have is unavailable, whoever wrote it.
@Suite(.enabled(if: PrivateRedis.shouldRun))
struct ReplicaTests {
    @Test func nothingFollowsFromWhatReplicasDoNotHave() throws {
        let cluster = try PrivateRedisCluster(withReplicas: true, nodeTimeout: 60_000)
        let home = try StoreHome(
            cluster.address, options: RedisOptions(replyTimeout: .seconds(1)), replicas: 1)
        let stores = home.stores
        try home.openAccount()
        let loaded = try home.load()
        let chain = try home.decide(on: loaded, [home.filled(loaded)])
        let route = RoutedMessage(
            role: .open, partition: home.partition, fields: Fields(["a": "b"]))
        try stores.dispatch.route([route])[0].get()

        let replicas = cluster.nodes.dropFirst(PrivateRedisCluster.masterCount)
        for replica in replicas { replica.server.signal(SIGSTOP) }
        defer { for replica in replicas { replica.server.signal(SIGCONT) } }
        #expect(isUnavailable(stores.accounts.apply([chain.write])[0]))
        #expect(isUnavailable(stores.dispatch.route([route])[0]))
        #expect(
            isUnavailable(
                stores.accounts.publishLookups(
                    chain.records + [try home.record(age: 0, id: "SL1")])[0]) == false,
            "there was nothing to write")
        #expect(
            isUnavailable(stores.accounts.publishSends([try home.record(age: 0, id: "SL2")])[0]))
        #expect(throws: StoreError.self) {
            try stores.accounts.publishEvents(chain.records, partition: home.partition)
        }
        // It was written all the same, and another process that finds it must not go on either,
        // though it writes nothing itself.
        let finder = RedisStores(
            cluster.address, options: RedisOptions(replyTimeout: .seconds(1)),
            partitions: StoreHome.partitions, replicas: 1)
        let request = LoadRequest(account: home.account, orders: [home.order])
        #expect(isUnavailable(finder.accounts.load([request])[0]))
        #expect(throws: StoreError.self) {
            try finder.accounts.publishEvents(chain.records, partition: home.partition)
        }
        let careless = try #require(try? home.another().accounts.load([request])[0].get())
        #expect(careless.outbox == chain.records)

        for replica in replicas { replica.server.signal(SIGCONT) }
        let isCaughtUp = eventually {
            (try? finder.accounts.load([request])[0].get())?.outbox == chain.records
        }
        #expect(isCaughtUp)
        #expect(
            try finder.accounts.publishEvents(chain.records, partition: home.partition)
                == [.present])
    }

    private func isUnavailable<Value>(_ result: Result<Value, StoreError>) -> Bool {
        guard case .failure(let error) = result else { return false }
        return error.isUnavailable
    }
}
