import RedisDriver

/// A request to Redis. `Shared` has a `Command` too, which is one of the trade.
typealias RedisCommand = Command
