import Glibc
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

/// One provider-connection between a private Redis and a Python provider; nothing else of the fleet.
final class ProviderScene {
    static let partitions = 2
    static let provider = FleetUnderTest.outside

    let redis: PrivateRedis
    let server: ProviderServer
    let client: RedisClient
    private(set) var connection: FleetMember
    private var environment: [String: String]
    private var next: Int64 = 1_000

    init(
        port: UInt16? = nil, environment changes: [String: String] = [:], isStarted: Bool = true
    ) throws {
        redis = try PrivateRedis()
        server = try ProviderServer(port: port)
        client = redis.client()
        try RedisTopology.initialise(
            client, partitions: Self.partitions, providers: [Self.provider, .house])
        environment = [
            "REDIS_URL": redis.url, "PROVIDER_NAME": Self.provider.name,
            "PROVIDER_ADDRESS": server.address, "LOG_LEVEL": "info", "REQUEST_ALARM": "1",
        ].merging(changes) { _, change in change }
        connection = try FleetMember("provider-connection", environment: environment)
    }

    func end() {
        connection.stop()
        server.stop()
        redis.stop()
    }

    /// Starts another process after the one before has died.
    func startAgain(environment changes: [String: String] = [:]) throws {
        environment.merge(changes) { _, change in change }
        connection = try FleetMember("provider-connection", environment: environment)
    }

    static let lanes = (0..<partitions).map { LaneID(queue: .provider(provider), $0) }
    static let reports = (0..<partitions).map { LaneID(queue: .reports, $0) }

    @discardableResult
    func ask(_ name: StaticString, _ key: some RedisKey, _ arguments: String...) throws -> Reply {
        try client.call(RedisCommand(name, slot: key.slot.number, [key.text] + arguments)).get()
    }

    func count(_ name: StaticString, _ keys: [any RedisKey]) throws -> Int64 {
        try keys.reduce(0) { sum, key in
            let command = RedisCommand(name, slot: key.slot.number, [key.text])
            return try sum + (client.call(command).get().number ?? 0)
        }
    }

    /// Messages that are not settled.
    var queued: Int64 { (try? count("XLEN", Self.lanes.map(\.stream))) ?? -1 }

    var reportCount: Int64 { (try? count("XLEN", Self.reports.map(\.stream))) ?? -1 }

    var inflight: Int64 { (try? count("ZCARD", Self.lanes.map(\.inflight))) ?? -1 }

    var deadLetters: [Fields] {
        get throws { try Self.lanes.flatMap { try entries($0.dead) } }
    }

    func entries(_ key: StreamKey) throws -> [Fields] {
        (try ask("XRANGE", key, "-", "+").elements ?? []).map { entry in
            let texts = (entry.elements?[1].elements ?? []).map { $0.string ?? "?" }
            return Fields(
                stride(from: 0, to: texts.count, by: 2).map { .init(texts[$0], texts[$0 + 1]) })
        }
    }

    func marks() throws -> [String: WireMark] {
        var marks: [String: WireMark] = [:]
        for lane in Self.lanes {
            for (id, text) in try ask("HGETALL", lane.wired).pairs {
                marks[id] = try WireMark(text: text)
            }
        }
        return marks
    }

    var allReports: [Fields] { get throws { try Self.reports.flatMap { try entries($0.stream) } } }
}

/// What order-entry would have sent.
extension ProviderScene {
    private static let resting: Set<String> = ["PENDING", "MODIFY", "CANCELLED"]

    /// Sends market orders of accounts of their own; returns their ids.
    @discardableResult
    func place(_ count: Int) throws -> [String] {
        try (0..<count).map { _ in try send("OPEN") }
    }

    /// Sends one request of a kind; returns the id that its answer reports on.
    @discardableResult
    func send(_ status: String, _ changes: [String: String] = [:]) throws -> String {
        next += 1
        let account = try AccountID(.live, "\(next)")
        let order = OrderID(number: next)
        let names = [
            "CLOSED": ("close_id", "CLS"), "MODIFY": ("modify_id", "MOD"),
            "CANCELLED": ("cancel_id", "CXL"), "STOPLOSS": ("stoploss_id", "SL"),
            "TAKEPROFIT": ("takeprofit_id", "TP"),
            "STOPLOSS-CANCEL": ("stoploss_cancel_id", "SLC"),
            "TAKEPROFIT-CANCEL": ("takeprofit_cancel_id", "TPC"),
        ]
        var fields = [
            "v": "1", "type": "order", "key": OrderKey(account, order).text,
            "order_id": order.text, "symbol": "EURUSD",
            "order_type": Self.resting.contains(status) ? "BUY_LIMIT" : "BUY", "status": status,
            "ts": "1",
            "order_quantity": "0.1", "order_price": "1.1", "idempotency_key": "r\(next)",
        ]
        var id = order.text
        if let (name, prefix) = names[status] {
            id = prefix + order.text
            fields[name] = id
            fields["original_id"] = order.text
            if status == "STOPLOSS" { fields["stoploss"] = "1.05" }
            if status == "TAKEPROFIT" { fields["takeprofit"] = "1.15" }
            if status == "STOPLOSS-CANCEL" { fields["stoploss_id"] = "SL" + order.text }
            if status == "TAKEPROFIT-CANCEL" { fields["takeprofit_id"] = "TP" + order.text }
        }
        fields.merge(changes) { _, change in change }
        try know(id, order, account)
        let lane = LaneID(
            queue: .provider(Self.provider), account.partition(of: Self.partitions))
        try append(fields, to: lane.stream)
        return id
    }

    /// The lookups that are written before a message leaves.
    private func know(_ id: String, _ order: OrderID, _ account: AccountID) throws {
        for known in Set([try LifecycleID(id), LifecycleID(order)]) {
            try ask("SET", Keys.lookup(known), order.text)
        }
        try ask(
            "HSET", Keys.orderData(order), "user_type", account.userType.rawValue, "user_id",
            account.userID)
    }

    func append(_ fields: [String: String], to key: StreamKey) throws {
        var command = RedisCommand("XADD", slot: key.slot.number, [key.text, "*"])
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            command.append(name)
            command.append(value)
        }
        _ = try client.call(command).get()
    }
}
