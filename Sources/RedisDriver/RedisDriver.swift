// RedisDriver
