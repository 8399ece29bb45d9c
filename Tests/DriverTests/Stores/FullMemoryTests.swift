import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// A server without memory: work waits, and all that ends work goes on, so that memory comes free.
@Suite(.enabled(if: PrivateRedis.shouldRun))
struct FullMemoryTests {
    @Test func newWorkWaitsAndWorkThatIsDoneIsFinished() throws {
        let server = try PrivateRedis()
        let home = try StoreHome(server.address)
        let stores = home.stores
        try home.makeGroup(home.queue)
        let nonce = try home.lease(home.queue)
        try home.openAccount()
        let ids = try (0..<4).map { try home.append(["n": "\($0)"], to: home.queue) }
        let loaded = try home.load()
        let chain = try home.decide(on: loaded, [home.filled(loaded)])
        let deposit = try home.perform([home.deposited()])
        let late = try home.load()
        let waiting = try home.decide(on: late, [home.filled(late)])
        _ = try stores.client.call(
            RedisCommand("CONFIG", slot: nil, ["SET", "maxmemory", "1"])
        ).get()

        #expect(isUnavailable(stores.accounts.apply([waiting.write])[0]))
        #expect(isUnavailable(stores.accounts.apply([chain.write])[0]))
        #expect(isUnavailable(stores.accounts.publishSends([try home.sendingRecord()])[0]))
        let routed = RoutedMessage(role: .open, partition: 0, fields: Fields(["a": "b"]))
        #expect(isUnavailable(stores.dispatch.route([routed])[0]))

        #expect(try home.load().outbox == deposit)
        #expect(
            try stores.accounts.publishEvents(deposit, partition: home.partition)
                == [.appended])
        #expect(try stores.accounts.unbox([deposit])[0].get() == .removed)
        let batch = try stores.lane.fetch(home.queue, nonce, .new, count: 9).held()
        #expect(batch.entries.map(\.id) == ids)
        #expect(try stores.lane.raiseSuspect(home.queue, ids[0]) == 1)
        let event = EventID(text: "\(home.order)/REJECTED/e:z")
        #expect(try stores.accounts.markDead(home.key, event, .attempts, entry: ids[0]) == .marked)
        let settlements = [
            Settlement(ids[0], .done),
            Settlement(ids[1], .delay(milliseconds: 0, Fields(["n": "1"]))),
            Settlement(ids[2], .dead(.attempts, Fields())),
        ]
        let reply = try stores.lane.settle(home.queue, nonce, settlements)
        #expect(reply == .settled(SettleReply.Settled(pending: 1)))
        let due = try stores.lane.fetch(home.queue, nonce, .new, count: 9).held()
        #expect(due.entries.map(\.fields) == [Fields(["n": "1"])])
        let claim = LeaseClaim(key: home.queue.lease, nonce: nonce)
        #expect(try stores.coordination.renew([claim]) == [true])
        try stores.coordination.release([claim])
        #expect(try stores.coordination.acquire([claim]) == [true])
        _ = try stores.coordination.beat(
            service: "s", member: "m", heartbeat: Fields(["host": "a"]))
        for group in ConsumerGroup.ofEvents {
            try home.makeGroupWithoutStream(LaneID(events: home.partition, group))
        }
        _ = try stores.events.trim(partition: home.partition, keep: 0)

        _ = try stores.client.call(
            RedisCommand("CONFIG", slot: nil, ["SET", "maxmemory", "0"])
        ).get()
        guard case .success(.applied) = stores.accounts.apply([waiting.write])[0] else {
            Issue.record("still waiting")
            return
        }
    }

    private func isUnavailable<Value>(_ result: Result<Value, StoreError>) -> Bool {
        guard case .failure(let error) = result else { return false }
        return error.isUnavailable
    }
}

extension StoreHome {
    fileprivate func sendingRecord() throws -> Record { try record(age: 0, id: "SL\(order)") }

    /// A group on a stream that is there, which needs no memory to speak of.
    fileprivate func makeGroupWithoutStream(_ lane: LaneID) throws {
        _ = try stores.client.call(
            RedisCommand("CONFIG", slot: nil, ["SET", "maxmemory", "0"])
        ).get()
        try makeGroup(lane)
        _ = try stores.client.call(
            RedisCommand("CONFIG", slot: nil, ["SET", "maxmemory", "1"])
        ).get()
    }
}
