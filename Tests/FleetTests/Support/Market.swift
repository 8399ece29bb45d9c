import RedisDriver
import ServiceRuntime
import Shared
import Synchronization

/// Says the same prices twice a second, on a thread of its own, as long as it is wanted; also to a
/// server that is away for a while.
final class Market: Sendable {
    private let state: State

    private final class State: Sendable {
        let isWanted = Atomic(true)
        let hasEnded = Atomic(false)
    }

    init(_ address: RedisAddress, _ quotes: [RedisPriceStore.Quote]) {
        let state = State()
        self.state = state
        Thread.start {
            let store = RedisPriceStore(RedisClient(address))
            while state.isWanted.load(ordering: .acquiring) {
                // What was not written is written half a second later.
                _ = store.publish(quotes)
                Thread.rest(.milliseconds(500))
            }
            state.hasEnded.store(true, ordering: .releasing)
        }
    }

    func stop() { state.isWanted.store(false, ordering: .releasing) }
}
