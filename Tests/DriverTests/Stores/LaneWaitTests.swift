import Glibc
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct LaneWaitTests {
    @Test(arguments: Deployment.allCases)
    func aWaitReturnsWhenItsTimeIsUpOrSomethingCame(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let lane = home.stores.lane
        let clock = ContinuousClock()
        let idle = try clock.measure {
            try lane.wait(home.queue, after: .zero, milliseconds: 40)
        }
        #expect(idle >= .milliseconds(35))

        let id = try home.append(["n": "0"], to: home.queue)
        let full = try clock.measure {
            try lane.wait(home.queue, after: .zero, milliseconds: 20_000)
        }
        #expect(full < .seconds(5))
        let behind = try clock.measure { try lane.wait(home.queue, after: id, milliseconds: 40) }
        #expect(behind >= .milliseconds(35))
    }

    @Test(arguments: Deployment.allCases)
    func anEntryEndsAWaitThatHasBegun(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        // The connections are made first, so that the wait below begins at once.
        try home.stores.lane.wait(home.queue, after: .zero, milliseconds: 1)
        let address = try deployment.address
        let queue = home.queue
        // A server's own clock: the writer waits until the server says that somebody blocks.
        let writer = HelperThread {
            let client = RedisClient(address)
            _ = eventually {
                let clients = try? client.forEachMaster(
                    RedisCommand("INFO", slot: nil, ["clients"]))
                return clients?.contains {
                    (try? $0.result.get().string)?.contains("blocked_clients:1") == true
                } ?? false
            }
            _ = client.call(
                RedisCommand("XADD", slot: queue.slot.number, [queue.stream.text, "*", "n", "0"]))
        }
        let took = try ContinuousClock().measure {
            try home.stores.lane.wait(home.queue, after: .zero, milliseconds: 20_000)
        }
        writer.join()
        #expect(took < .seconds(10))
    }

    @Test func aServerThatIsAwayIsUnavailable() throws {
        let server = try PrivateRedis()
        let home = try StoreHome(server.address)
        try home.makeGroup(home.queue)
        server.kill()
        let error = #expect(throws: StoreError.self) {
            try home.stores.lane.wait(home.queue, after: .zero, milliseconds: 50)
        }
        #expect(error?.isUnavailable == true)
        try server.start()
        try home.makeGroup(home.queue)
        try home.stores.lane.wait(home.queue, after: .zero, milliseconds: 1)
    }
}

/// Something that happens beside a test.
final class HelperThread {
    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }

    private final class Box {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
