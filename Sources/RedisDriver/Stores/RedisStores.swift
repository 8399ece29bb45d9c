package import ServiceRuntime

/// All stores of one thread, on one client; waiting for entries has a connection of its own.
/// Everything in it belongs to that thread.
package final class RedisStores {
    package let client: RedisClient
    package let lane: any LaneStore
    package let accounts: RedisAccountStore
    package let coordination: any CoordinationStore
    package let dispatch: any DispatchStore
    package let reports: any AnswerSink
    package let wire: any WireStore
    package let events: any EventStore & ParkedStore
    package let projection: any ProjectionStore
    package let deadLetters: RedisDeadLetterStore
    package let prices: RedisPriceStore
    package let pressure: any PressureStore
    package let triggers: any TriggerStore
    package let ticks: any TickListener

    /// Connects when it is first used.
    ///
    /// - Parameters:
    ///   - partitions: of every queue, as `fleet init` wrote them; an account's messages to a
    ///     provider go to the account's.
    ///   - replicas: how many must have a write before anything follows from it
    ///     (`REDIS_WAIT_REPLICAS`); 0 waits for none.
    package init(
        _ address: RedisAddress, options: RedisOptions = RedisOptions(), partitions: Int,
        replicas: Int = 0
    ) {
        client = RedisClient(address, options: options)
        let shared = StoreClient(
            client, replicas: replicas, patience: options.replyTimeout / 2)
        let accounts = RedisAccountStore(shared, partitions: partitions)
        self.accounts = accounts
        lane = RedisLaneStore(shared, accounts)
        coordination = RedisCoordinationStore(shared)
        dispatch = RedisDispatchStore(shared, partitions: partitions)
        reports = RedisReportSink(shared)
        wire = RedisWireStore(shared)
        events = RedisEventStore(shared)
        projection = RedisProjectionStore(shared)
        deadLetters = RedisDeadLetterStore(shared)
        prices = RedisPriceStore(shared)
        pressure = RedisPressureStore(shared)
        triggers = RedisTriggerStore(shared)
        ticks = RedisTickListener(client)
    }
}
