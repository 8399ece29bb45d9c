import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct EventStoreTests {
    /// Entries of that many kilobytes fill a node of the stream each, so that trimming is exact.
    private static let block = String(repeating: "x", count: 5_000)

    @Test(arguments: Deployment.allCases)
    func onlyWhatEveryGroupHasAcknowledgedGoes(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let lanes = ConsumerGroup.ofEvents.map { LaneID(events: home.partition, $0) }
        for lane in lanes { try home.makeGroup(lane) }
        let ids = try (0..<6).map { _ in try home.append(["n": Self.block], to: home.events) }
        func trim(keep: Int64 = 0) throws -> Int {
            try home.stores.events.trim(partition: home.partition, keep: keep)
        }
        // The trim keeps what is of its own millisecond.
        _ = eventually {
            ((try? home.stores.events.time(partition: home.partition)) ?? 0)
                > ids[5].milliseconds
        }
        #expect(try trim() == 0)

        let nonce = try home.lease(lanes[0])
        _ = try home.stores.lane.fetch(lanes[0], nonce, .new, count: 6)
        _ = try home.stores.lane.settle(lanes[0], nonce, ids.map { Settlement($0, .done) })
        #expect(try trim() == 0, "the other group has not read anything")

        let other = try home.lease(lanes[1])
        _ = try home.stores.lane.fetch(lanes[1], other, .new, count: 5)
        #expect(try trim() == 0, "nor settled")
        _ = try home.stores.lane.settle(
            lanes[1], other, [ids[0], ids[1], ids[3]].map { Settlement($0, .done) })
        #expect(try trim(keep: 600_000) == 0, "it is young")
        #expect(try trim() == 2)
        #expect(try home.entries(home.events.stream).count == 4)
        _ = try home.stores.lane.settle(
            lanes[1], other, [ids[2], ids[4]].map { Settlement($0, .done) })
        #expect(try trim() == 2, "the last that was delivered stays")
    }

    @Test func aMissingGroupKeepsEverything() throws {
        let home = try StoreHome(.single)
        try home.makeGroup(home.events)
        for _ in 0..<3 { try home.append(["n": Self.block], to: home.events) }
        let nonce = try home.lease(home.events)
        let batch = try home.stores.lane.fetch(home.events, nonce, .new, count: 9).held()
        _ = try home.stores.lane.settle(
            home.events, nonce, batch.entries.map { Settlement($0.id, .done) })
        let error = #expect(throws: StoreError.self) {
            try home.stores.events.trim(partition: home.partition, keep: 0)
        }
        #expect(error?.isUnavailable == false)
        #expect(try home.entries(home.events.stream).count == 3)
    }

    @Test(arguments: Deployment.allCases)
    func theTimeIsTheServers(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let before = try home.stores.events.time(partition: home.partition)
        let after = try home.load().now
        #expect(before > 1_700_000_000_000 && abs(after - before) < 60_000)
    }
}
