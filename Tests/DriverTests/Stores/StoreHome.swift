import RedisDriver
import ServiceRuntime
import Shared
import Synchronization
import TestSupport

/// Where the stores under test live. Both are started once and shared by all tests of this folder,
/// each of which works on accounts, partitions and names of its own.
enum Deployment: String, CaseIterable, Sendable {
    case single
    case cluster

    private static let server = Result { () throws(ServerError) in try PrivateRedis() }
    private static let nodes = Result { () throws(ServerError) in try PrivateRedisCluster() }

    var address: RedisAddress {
        get throws {
            switch self {
            case .single: try Self.server.get().address
            case .cluster: try Self.nodes.get().address
            }
        }
    }
}

/// One test's stores and what nobody else uses: an account, a partition, an order, names.
final class StoreHome {
    let stores: RedisStores
    let account: AccountID
    let order: OrderID
    let partition: Int
    let provider: Provider
    let symbol: Symbol
    private static let numbers = Atomic(1)
    /// Partitions of the providers' queues: one, so that a test knows where its messages lie.
    static let partitions = 1

    convenience init(_ deployment: Deployment) throws {
        try self.init(try deployment.address)
    }

    init(_ address: RedisAddress, options: RedisOptions = RedisOptions(), replicas: Int = 0) throws
    {
        let number = Self.numbers.add(1, ordering: .relaxed).newValue
        stores = RedisStores(
            address, options: options, partitions: Self.partitions, replicas: replicas)
        account = try AccountID(.live, String(number))
        order = OrderID(number: Int64(number) * 1_000)
        partition = number
        provider = try Provider("p\(number)")
        symbol = try Symbol("S\(number)")
    }

    var key: OrderKey { OrderKey(account, order) }
    var queue: LaneID { LaneID(queue: .open, partition) }
    var events: LaneID { LaneID(events: partition, .persistence) }

    /// Another process on the same server, with connections of its own.
    func another() -> RedisStores {
        RedisStores(stores.client.address, partitions: Self.partitions)
    }
}

/// What a test does past the stores.
extension StoreHome {
    @discardableResult
    func ask(_ name: StaticString, _ key: some RedisKey, _ arguments: String...) throws -> Reply {
        try stores.client.call(
            RedisCommand(name, slot: key.slot.number, [key.text] + arguments)
        ).get()
    }

    func hash(_ key: HashKey) throws -> [String: String] {
        let texts = (try ask("HGETALL", key).elements ?? []).map { $0.string ?? "?" }
        return Dictionary(
            uniqueKeysWithValues: stride(from: 0, to: texts.count, by: 2).map {
                (texts[$0], texts[$0 + 1])
            })
    }

    func isThere(_ key: some RedisKey) throws -> Bool { try ask("EXISTS", key) == .integer(1) }

    /// Milliseconds until the key expires; -1 for never, -2 for a missing key.
    func life(_ key: some RedisKey) throws -> Int64 { try ask("PTTL", key).number ?? 0 }

    /// The fields of every entry of a stream.
    func entries(_ key: StreamKey) throws -> [Fields] {
        (try ask("XRANGE", key, "-", "+").elements ?? []).map { entry in
            let texts = (entry.elements?[1].elements ?? []).map { $0.string ?? "?" }
            return Fields(
                stride(from: 0, to: texts.count, by: 2).map { .init(texts[$0], texts[$0 + 1]) })
        }
    }

    func makeGroup(_ lane: LaneID) throws {
        _ = try stores.client.call(
            RedisCommand(
                "XGROUP", slot: lane.slot.number,
                ["CREATE", lane.stream.text, lane.group.rawValue, "0", "MKSTREAM"])
        ).get()
    }

    @discardableResult
    func append(_ fields: KeyValuePairs<String, String>, to lane: LaneID) throws -> EntryID {
        var command = RedisCommand("XADD", slot: lane.slot.number, [lane.stream.text, "*"])
        for (name, value) in fields {
            command.append(name)
            command.append(value)
        }
        let id = try stores.client.call(command).get().string ?? ""
        guard let entry = EntryID(id) else { throw Unexpected(id) }
        return entry
    }

    /// Takes the lane's lease.
    func lease(_ lane: LaneID, _ high: UInt64 = 1) throws -> LeaseNonce {
        let nonce = LeaseNonce(high, 7)
        let taken = try stores.coordination.acquire([LeaseClaim(key: lane.lease, nonce: nonce)])
        guard taken == [true] else { throw Unexpected("\(taken)") }
        return nonce
    }

    /// Makes the queue with so many entries, `n` from 0 on, and takes its lease.
    func takeQueue(with count: Int) throws -> (nonce: LeaseNonce, ids: [EntryID]) {
        try makeGroup(queue)
        let nonce = try lease(queue)
        return (nonce, try (0..<count).map { try append(["n": "\($0)"], to: queue) })
    }

    /// Everything that keys hold, to show that nothing was written.
    func dump(_ keys: [any RedisKey]) throws -> [Reply] {
        try keys.map { try stores.client.call(dumping($0)).get() }
    }

    private func dumping(_ key: some RedisKey) -> RedisCommand {
        RedisCommand("DUMP", slot: key.slot.number, [key.text])
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension FetchReply {
    /// The batch; empty hands where the lease is lost are an error.
    func held() throws -> Batch {
        guard case .batch(let batch) = self else { throw Unexpected("lease lost") }
        return batch
    }
}
