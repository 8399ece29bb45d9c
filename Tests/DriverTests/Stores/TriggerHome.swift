import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// One test's symbol and what rests on it.
struct TriggerHome {
    let store: StoreHome
    let nonce = LeaseNonce(3, 4)

    init(_ deployment: Deployment) throws { store = try StoreHome(deployment) }

    init(_ store: StoreHome) { self.store = store }

    var keys: TriggerKeys { TriggerKeys(store.symbol) }

    /// Takes the symbol's lease.
    func own() throws { try store.ask("SET", keys.lease, nonce.text) }

    func change(
        _ action: TriggerChange.Action, under id: String? = nil, order: OrderID? = nil
    ) throws -> TriggerAnswer {
        let asked = try asking(action, under: id, order: order)
        guard case .answered(let answer) = try store.stores.triggers.change([asked])[0].get()
        else { throw Unexpected("the price is too old") }
        return answer
    }

    /// At a price that stays fresh for long.
    func close(at price: String, under id: String) throws -> TriggerAnswer {
        let freshness = Freshness(since: try time(of: keys.orders), left: 3_600_000)
        return try change(.close(at: try Price(price), freshness), under: id)
    }

    func asking(
        _ action: TriggerChange.Action, under id: String? = nil, order: OrderID? = nil
    ) throws -> TriggerChange {
        let order = order ?? store.order
        return TriggerChange(
            request: try id.map { try LifecycleID($0) } ?? LifecycleID(order),
            key: OrderKey(store.account, order), symbol: store.symbol, action: action)
    }

    func rest(_ row: TriggerRow) throws -> TriggerAnswer {
        switch row.resting {
        case .pending(let type):
            try change(.rest(type, price: try row.sent, quantity: try Quantity("1")))
        case .leg(let leg, let side):
            try change(
                .setLeg(leg, side, price: try row.sent, quantity: try Quantity("1")),
                under: "LEG1")
        }
    }

    /// A price, as a feed writes it.
    func quote(_ bid: String, _ ask: String) throws {
        let quote = RedisPriceStore.Quote(
            symbol: store.symbol, bid: try Price(bid), ask: try Price(ask))
        try store.stores.prices.publish([quote])[0].get()
    }

    /// A tick of another age.
    func tick(_ bid: String, _ ask: String, age: Int64) throws {
        let stamp = try time(of: keys.ticks) - age
        try store.ask("XADD", keys.ticks, "*", "bid", bid, "ask", ask, "ts", "\(stamp)")
    }

    /// The clock of a key's server, ms.
    func time(of key: some RedisKey) throws -> Int64 {
        let command = RedisCommand("TIME", slot: key.slot.number)
        let time = try store.stores.client.call(command).get().elements ?? []
        let seconds = Int64(time.first?.string ?? "") ?? 0
        let micros = Int64(time.last?.string ?? "") ?? 0
        return seconds * 1_000 + micros / 1_000
    }

    func look(_ watch: TriggerWatch) throws -> FireReply {
        try store.stores.triggers.fire([watch], maxPriceAge: 5_000)[0].get()
    }

    /// What is not reported yet after a look.
    func fire(reported: [String] = []) throws -> [TriggerFill] {
        let watch = TriggerWatch(symbol: store.symbol, nonce: nonce, reported: reported)
        guard case .fired(let fills, _) = try look(watch) else { throw Unexpected("lease lost") }
        return fills
    }

    /// Entries of all indexes.
    func resting() throws -> Int64 {
        try keys.indexes.reduce(0) { $0 + (try store.ask("ZCARD", $1).number ?? 0) }
    }
}

extension TriggerChange.Action {
    static func rest(_ type: OrderType, price: String, quantity: String) throws -> Self {
        .rest(type, price: try Price(price), quantity: try Quantity(quantity))
    }

    static func move(price: String, quantity: String) throws -> Self {
        .move(price: try Price(price), quantity: try Quantity(quantity))
    }

    static func setLeg(
        _ leg: Leg, _ side: Side, price: String, quantity: String
    ) throws -> Self {
        .setLeg(leg, side, price: try Price(price), quantity: try Quantity(quantity))
    }
}
