import ServiceRuntime
package import Shared

/// Announcements of new ticks, on a connection of its own. A node of a cluster hears what is
/// published on any other.
package final class RedisTickListener: TickListener {
    private let redis: RedisClient
    private var connection: RedisConnection?
    /// How long it rests before the next try to connect.
    private static let rest: Duration = .milliseconds(100)

    package init(_ redis: RedisClient) { self.redis = redis }

    package func heard(within timeout: Duration) -> Set<Symbol> {
        var symbols: Set<Symbol> = []
        do throws(RedisError) {
            if connection == nil { try subscribe() }
            var wait = timeout
            while let message = try connection?.receive(within: wait) {
                if let text = message.elements?.last?.string, let symbol = try? Symbol(text) {
                    symbols.insert(symbol)
                }
                wait = .zero
            }
        } catch {
            connection = nil
            Thread.rest(min(timeout, Self.rest))
        }
        return symbols
    }

    private func subscribe() throws(RedisError) {
        let fresh = RedisConnection(try redis.node(for: nil), address: redis.address)
        let subscription = RedisCommand("SUBSCRIBE", slot: nil, [Keys.ticksChannel])
        _ = try fresh.call(subscription).get()
        connection = fresh
    }
}
