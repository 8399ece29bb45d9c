import RedisDriver
import ServiceRuntime
import Shared

/// Waits until an order has got somewhere: by its events, and once by its holdings, for what happened
/// before anybody watched.
struct OrderWatch {
    private let redis: RedisClient
    private let follower: EventFollower
    private let timeout: Duration

    /// Made before the command is sent whose result is awaited.
    init(
        _ redis: RedisClient, account: AccountID, partitions: Int, timeout: Duration
    ) throws {
        self.redis = redis
        self.timeout = timeout
        follower = try EventFollower(redis, partitions: [account.partition(of: partitions)])
    }

    /// The order as it stands once its state is one of these; `rejected` and `cancelled` end the
    /// waiting too.
    func wait(for key: OrderKey, _ states: Set<OrderState>) throws -> Order {
        try wait(for: key) { states.contains($0.state) }
    }

    /// The order as it stands once it is as asked, or at its end.
    ///
    /// - Parameter meanwhile: is called each second in which nothing happens.
    func wait(
        for key: OrderKey, until isThere: (Order) -> Bool, meanwhile: () throws -> Void = {}
    ) throws -> Order {
        let deadline = MonotonicTime.now().advanced(by: timeout)
        var stands = try redis.fields(of: key.account.holdings(key.order))
        while MonotonicTime.now() < deadline {
            if !stands.isEmpty {
                let order = try Order(stands, account: key.account)
                if isThere(order) || order.state.isTerminal { return order }
            }
            let events = try follower.events(within: .seconds(1))
            if events.isEmpty { try meanwhile() }
            guard events.contains(where: { $0["key"] == key.text }) else { continue }
            stands = try redis.fields(of: key.account.holdings(key.order))
        }
        let state = stands["state"] ?? "not in Redis"
        throw Failure(
            "order \(key.order) is \(state) after \(timeout.components.seconds) s: "
                + "'fleet trace \(key.order)' and 'fleet status' tell why")
    }
}
