import CHiredis
package import ServiceRuntime
package import Shared

/// Puts a process together: its settings, its stores in Redis, and the runner. What stays for a
/// process's own `Main` is its name and its decision.
package enum Launch {
    /// Makes what one lane's entries go through; called on the lane's thread.
    package typealias MakeProcessor =
        @Sendable (Settings, RedisStores, ServiceTools) throws -> any BatchProcessor

    /// Makes what works beside the lanes. The stores are connected on its own thread, which alone
    /// uses them.
    package typealias MakeCompanion =
        @Sendable (Settings, @escaping @Sendable () -> RedisStores, ServiceTools) throws ->
        any Companion

    /// A process that decides on the messages of a role, account by account.
    package static func worker<Handler: MessageHandler>(
        _ name: String, _ role: Role, about: String, watched: [Role] = [],
        handler: @escaping @Sendable (Settings, Topology) throws -> Handler
    ) {
        service(
            name, about: about, usesNumbers: true, watched: watched,
            lane: { LaneID(queue: role, $0) }
        ) { settings, stores, tools in
            AccountProcessor(
                try handler(settings, tools.topology), store: stores.accounts,
                numbers: tools.numbers, pressure: tools.pressure,
                retention: AccountWrite.Retention(order: try settings.orderRetention()),
                counters: tools.counters)
        }
    }

    /// Any process that reads one stream and takes no arguments.
    ///
    /// - Parameters:
    ///   - batch: how many entries a lane takes at once.
    ///   - check: throws where a setting that only this process uses is missing or wrong. What is
    ///     first found missing on a lane's thread would only be logged.
    package static func service(
        _ name: String, about: String, batch: Int = Lane.batch, usesNumbers: Bool = false,
        watched: [Role] = [], check: (Settings) throws -> Void = { _ in },
        lane: @escaping @Sendable (Int) -> LaneID, companion: MakeCompanion? = nil,
        processor: @escaping MakeProcessor
    ) {
        CommandLineHelp.answer(service: name, about: about)
        do {
            let settings = try Settings.ofProcess()
            try check(settings)
            try run(
                name, settings, log: try Log(service: name, settings: settings),
                batch: batch, usesNumbers: usesNumbers, watched: watched, lane: lane,
                companion: companion, processor: processor)
        } catch {
            CommandLineHelp.end(name, "\(error)")
        }
    }

    /// The same for a process that has read its command line itself.
    package static func run(
        _ name: String, _ settings: Settings, log: Log, batch: Int = Lane.batch,
        usesNumbers: Bool = false, watched: [Role] = [], lane: @escaping @Sendable (Int) -> LaneID,
        companion: MakeCompanion? = nil, processor: @escaping MakeProcessor
    ) throws {
        let address = try RedisAddress(try settings.text("REDIS_URL"))
        let options = try redisOptions(name, settings)
        let replicas = try settings.waitReplicas()
        let connect: @Sendable (ServiceTools) -> RedisStores = { tools in
            RedisStores(
                address, options: options, partitions: tools.topology.partitions,
                replicas: replicas)
        }
        var beside: (@Sendable (ServiceTools) throws -> any Companion)?
        if let companion {
            beside = { tools in try companion(settings, { connect(tools) }, tools) }
        }
        let definition = ServiceDefinition(
            name: name, batch: batch, usesNumbers: usesNumbers, watched: watched, lane: lane,
            coordination: {
                let stores = RedisStores(address, options: options, partitions: 1)
                return Coordination(
                    store: stores.coordination, pressure: stores.pressure,
                    scriptVersion: RedisTopology.scriptVersion)
            },
            equip: { _, tools in
                let stores = connect(tools)
                return LaneEquipment(
                    store: stores.lane, processor: try processor(settings, stores, tools))
            }, companion: beside)
        keepMemorySmall()
        ServiceRunner.run(definition, settings: settings, log: log)
    }

    /// What a large batch took goes back to the system with the batch. Left to itself the allocator
    /// learns from the first large block to keep all later ones, and a resting worker stays as big
    /// as its largest batch.
    private static func keepMemorySmall() {
        mallopt(M_MMAP_THRESHOLD, 128 * 1_024)
    }

    /// Stores for a further thread of a process, which alone uses them.
    package static func stores(
        _ name: String, _ settings: Settings, _ topology: Topology
    ) throws -> RedisStores {
        RedisStores(
            try RedisAddress(try settings.text("REDIS_URL")),
            options: try redisOptions(name, settings), partitions: topology.partitions,
            replicas: try settings.waitReplicas())
    }

    private static func redisOptions(
        _ name: String, _ settings: Settings
    ) throws -> RedisOptions {
        var options = RedisOptions()
        options.connectTimeout = try settings.redisTimeout()
        options.replyTimeout = try settings.redisTimeout()
        options.clientName = name
        return options
    }
}
