import RedisDriver
import ServiceRuntime
import Shared

/// The announcements of answered commands, on a connection of their own. Announcements are only
/// hints: whoever misses one finds the answer under its key.
struct AnswerChannel {
    private let redis: RedisClient
    private var connection: RedisConnection?

    /// Subscribes at once, so that nothing that is sent later is missed.
    init(_ redis: RedisClient) throws(RedisError) {
        self.redis = redis
        try subscribe()
    }

    /// Texts `<user_type>:<id> <request_id>` that came; waits for the first one only. A connection
    /// that was lost is made anew, and nothing is announced of the time between.
    mutating func announced(within timeout: Duration) -> [String] {
        var texts: [String] = []
        do throws(RedisError) {
            if connection == nil { try subscribe() }
            var wait = timeout
            while let message = try connection?.receive(within: wait) {
                if let parts = message.elements, parts.count == 3, let text = parts[2].string {
                    texts.append(text)
                }
                wait = .zero
            }
        } catch {
            // The keys hold the answers; they are read while this connection is away.
            connection = nil
            Thread.rest(min(timeout, .milliseconds(50)))
        }
        return texts
    }

    private mutating func subscribe() throws(RedisError) {
        let fresh = RedisConnection(try redis.node(for: nil), address: redis.address)
        _ = try fresh.call(RedisCommand("SUBSCRIBE", slot: nil, [Keys.resultsChannel])).get()
        connection = fresh
    }
}
