import RedisDriver

/// The domain has commands too.
typealias RedisCommand = RedisDriver.Command
