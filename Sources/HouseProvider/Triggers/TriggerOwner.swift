import ServiceRuntime
import Shared

/// The symbols that one process looks after: its even share of those that ever had a trigger, one
/// lease each.
struct TriggerOwner {
    /// What the members of this kind of share are listed under.
    static let service = TriggerKeys.members

    private let member: String
    private let coordination: any CoordinationStore
    private let triggers: any TriggerStore
    /// Draws the nonces of leases.
    private let numbers: any NumberSource
    private var leases: [Symbol: Lease] = [:]
    private(set) var known: Set<Symbol> = []

    init(
        member: String, coordination: any CoordinationStore, triggers: any TriggerStore,
        numbers: any NumberSource
    ) {
        self.member = member
        self.coordination = coordination
        self.triggers = triggers
        self.numbers = numbers
    }

    /// Symbols to look at, with the nonces of their leases, as far as they can be trusted.
    func claims(at now: MonotonicTime) -> [Symbol: LeaseNonce] {
        leases.filter { $0.value.isTrusted(at: now) }.mapValues(\.nonce)
    }

    mutating func lose(_ symbols: Set<Symbol>) {
        for symbol in symbols { leases[symbol] = nil }
    }

    /// Notes symbols that have orders, whatever became of their registration.
    func register(_ symbols: Set<Symbol>) throws(StoreError) { try triggers.register(symbols) }

    /// Tells that the process lives, keeps its leases, gives up what is too much and takes what is
    /// missing. Once a second.
    ///
    /// - Parameters:
    ///   - isPaused: then it owns nothing.
    /// - Returns: the symbols that are new.
    mutating func share(
        sentAt now: MonotonicTime, isPaused: Bool
    ) throws(StoreError) -> Set<Symbol> {
        try renew(sentAt: now)
        let owned = leases.keys.map(\.text).sorted()
        let members = try coordination.beat(
            service: Self.service, member: member,
            heartbeat: Fields([
                "symbols": owned.joined(separator: ","), "paused": isPaused ? "1" : "0",
            ]))
        known = try triggers.registered()
        let symbols = known.sorted { $0.text < $1.text }
        let quota =
            isPaused ? 0 : Balance.quota(of: member, among: members, partitions: symbols.count)
        let mine = symbols.indices.filter { leases[symbols[$0]] != nil }
        let surplus = Balance.surplus(owned: mine, quota: quota)
        if !surplus.isEmpty { try release(surplus.map { symbols[$0] }) }
        let start = symbols.isEmpty ? 0 : Int(numbers.random() % UInt64(symbols.count))
        let wanted = Balance.wanted(
            owned: mine, quota: quota, partitions: symbols.count, start: start)
        return try acquire(
            wanted.map { symbols[$0] }, most: quota - mine.count, sentAt: now)
    }

    private mutating func renew(sentAt now: MonotonicTime) throws(StoreError) {
        let held = leases.sorted { $0.key.text < $1.key.text }
        guard !held.isEmpty else { return }
        let renewed = try coordination.renew(held.map { claim($0.key, $0.value) })
        for ((symbol, lease), isOurs) in zip(held, renewed) {
            if isOurs {
                lease.renewed(sentAt: now)
            } else if !lease.isTrusted(at: now) {
                // Somebody else's, or its server is away for longer than it keeps the lease.
                leases[symbol] = nil
            }
        }
    }

    private mutating func acquire(
        _ wanted: [Symbol], most: Int, sentAt now: MonotonicTime
    ) throws(StoreError) -> Set<Symbol> {
        var taken: Set<Symbol> = []
        for symbol in wanted where taken.count < most {
            let lease = Lease(
                nonce: LeaseNonce(numbers.random(), numbers.random()), sentAt: now)
            guard try coordination.acquire([claim(symbol, lease)]) == [true] else { continue }
            leases[symbol] = lease
            taken.insert(symbol)
        }
        return taken
    }

    private mutating func release(_ symbols: [Symbol]) throws(StoreError) {
        let given = symbols.compactMap { symbol in leases[symbol].map { claim(symbol, $0) } }
        lose(Set(symbols))
        try coordination.release(given)
    }

    private func claim(_ symbol: Symbol, _ lease: Lease) -> LeaseClaim {
        LeaseClaim(key: TriggerKeys(symbol).lease, nonce: lease.nonce)
    }

    /// Gives everything up, so that others need not wait for the leases to run out.
    mutating func leave() throws(StoreError) {
        try release(Array(leases.keys))
        try coordination.leave(service: Self.service, member: member)
    }
}
