package import ServiceRuntime
package import Shared

/// Puts a process together: its settings, its stores in Redis, and the runner. What stays for a
/// process's own `Main` is its name and its decision.
package enum Launch {
    /// A process that decides on the messages of a role, account by account.
    package static func worker<Handler: MessageHandler>(
        _ name: String, _ role: Role, about: String,
        handler: @escaping @Sendable (Settings, Topology) throws -> Handler
    ) {
        service(
            name, about: about, usesNumbers: true, lane: { LaneID(queue: role, $0) }
        ) { settings, stores, tools in
            AccountProcessor(
                try handler(settings, tools.topology), store: stores.accounts,
                numbers: tools.numbers,
                retention: AccountWrite.Retention(order: try settings.orderRetention()),
                counters: tools.counters)
        }
    }

    /// Any process that reads one stream. `processor` is called once for each lane, on its thread.
    package static func service(
        _ name: String, about: String, usesNumbers: Bool = false,
        lane: @escaping @Sendable (Int) -> LaneID,
        processor:
            @escaping @Sendable (Settings, RedisStores, ServiceTools) throws
            -> any BatchProcessor
    ) {
        CommandLineHelp.answer(service: name, about: about)
        do {
            let settings = try Settings.ofProcess()
            let log = try Log(service: name, settings: settings)
            try run(name, about, usesNumbers, lane, processor, settings, log)
        } catch {
            CommandLineHelp.end(name, "\(error)")
        }
    }

    /// The same for a process with a command line of its own.
    package static func run(
        _ name: String, _ about: String, _ usesNumbers: Bool,
        _ lane: @escaping @Sendable (Int) -> LaneID,
        _ processor:
            @escaping @Sendable (Settings, RedisStores, ServiceTools) throws
            -> any BatchProcessor,
        _ settings: Settings, _ log: Log
    ) throws {
        let address = try RedisAddress(try settings.text("REDIS_URL"))
        var options = RedisOptions()
        options.connectTimeout = try settings.redisTimeout()
        options.replyTimeout = try settings.redisTimeout()
        options.clientName = name
        let fixed = options
        let replicas = try settings.waitReplicas()
        let definition = ServiceDefinition(
            name: name, about: about, usesNumbers: usesNumbers, lane: lane,
            coordination: { RedisCoordinationStore(RedisClient(address, options: fixed)) },
            equip: { _, tools in
                let stores = RedisStores(
                    address, options: fixed, partitions: tools.topology.partitions,
                    replicas: replicas)
                return LaneEquipment(
                    store: stores.lane, processor: try processor(settings, stores, tools))
            })
        ServiceRunner.run(definition, settings: settings, log: log)
    }
}
