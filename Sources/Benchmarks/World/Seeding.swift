import RedisDriver
import ServiceRuntime
import Shared

/// Brings a scene into Redis, through the stores that the fleet itself uses.
struct Seeding {
    let scene: Scene
    let server: Server
    private let accounts: RedisAccountStore
    private let client: RedisClient
    private static let chunk = 100

    init(_ scene: Scene, in server: Server) {
        self.scene = scene
        self.server = server
        let stores = RedisStores(server.address, partitions: server.partitions)
        accounts = stores.accounts
        client = stores.client
    }

    /// Prices, accounts and orders, with all that leads to them; events that everybody has read are
    /// gone. Returns the bytes that did it.
    func state() throws -> Tape {
        var tape = Tape()
        try state { tape.append($0, commands: $1) }
        return tape
    }

    /// The same, and nobody keeps the bytes.
    func state(_ tap: ((UnsafeRawBufferPointer, Int) -> Void)?) throws {
        client.tap = tap
        defer { client.tap = nil }
        let prices = try self.prices()
        for start in stride(from: 0, to: scene.accounts, by: Seeding.chunk) {
            let seeded = try (start..<min(start + Seeding.chunk, scene.accounts)).map {
                try SeededAccount($0, of: scene, prices: prices)
            }
            try write(seeded)
        }
    }

    /// One message an order, into the queue of the role. An account's messages lie far apart, so
    /// that a batch has as many accounts as it can.
    func messages(fills: Int) throws -> Tape {
        var tape = Tape()
        client.tap = { tape.append($0, commands: $1) }
        defer { client.tap = nil }
        for start in stride(from: 0, to: fills, by: 1_000) {
            let commands = try (start..<min(start + 1_000, fills)).map { number in
                try append(number)
            }
            for reply in client.pipeline(commands) { _ = try reply.get() }
        }
        return tape
    }

    /// Under an entry id of its own, the same each time, as what was recorded settles it.
    private func append(_ number: Int) throws -> RedisCommand {
        let message = try scene.message(number % scene.accounts, number / scene.accounts)
        let partition = message.account.partition(of: server.partitions)
        let stream = LaneID(queue: scene.role, partition).stream
        var command = RedisCommand(
            "XADD", slot: nil, [stream.text, "\(Scene.start)-\(number + 1)"])
        for field in message.fields(in: 1).list {
            command.append(field.name)
            command.append(field.value)
        }
        return command
    }

    /// What the house is asked for, into its queue.
    func requests() throws {
        let prices = try self.prices()
        for start in stride(from: 0, to: scene.accounts, by: Seeding.chunk) {
            let commands = try (start..<min(start + Seeding.chunk, scene.accounts)).flatMap {
                try SeededAccount($0, of: scene, prices: prices).requests.map(append)
            }
            for reply in client.pipeline(commands) { _ = try reply.get() }
        }
    }

    private func append(_ request: ProviderMessage) -> RedisCommand {
        let partition = request.account.partition(of: server.partitions)
        var command = RedisCommand(
            "XADD", slot: nil, [LaneID(queue: .provider(.house), partition).stream.text, "*"])
        for field in request.fields.list {
            command.append(field.name)
            command.append(field.value)
        }
        return command
    }

    private func prices() throws -> Prices {
        let market = RedisPriceStore(client)
        let quotes = try SeededAccount.symbols.map {
            RedisPriceStore.Quote(
                symbol: try Symbol($0), bid: try Price("1.085"), ask: try Price("1.0852"))
        }
        for reply in market.publish(quotes) { try reply.get() }
        return try market.prices(Set(quotes.map(\.symbol)))
    }

    private func write(_ seeded: [SeededAccount]) throws {
        let now = WallClock.milliseconds()
        for reply in accounts.apply(try seeded.map { try $0.write(at: now) }) {
            guard case .applied = try reply.get() else {
                throw BenchmarkError("an account was there already")
            }
        }
        for reply in accounts.publishLookups(seeded.flatMap(\.records)) { try reply.get() }
        for reply in client.pipeline(try seeded.map(published)) { _ = try reply.get() }
        for reply in accounts.unbox(seeded.map { $0.records.suffix(1) }) {
            guard try reply.get() == .removed else {
                throw BenchmarkError("an outbox could not be emptied")
            }
        }
    }

    /// The number and token of the last event, as the events of the partition remember it.
    private func published(_ seeded: SeededAccount) throws -> RedisCommand {
        let id = seeded.account.id
        guard let last = seeded.records.last else { throw BenchmarkError("\(id) has no records") }
        let lane = LaneID(events: id.partition(of: server.partitions), .persistence)
        return RedisCommand(
            "HSET", slot: nil, [lane.emitted.text, id.tag, "\(last.number):\(last.token.text)"])
    }
}
