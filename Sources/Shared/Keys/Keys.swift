/// The keys that belong to no account (architecture §2). No key is put together anywhere else.
package enum Keys {
    /// Any lifecycle id → order id. Claimed with `NX` before the id is used.
    package static func lookup(_ id: LifecycleID) -> StringKey {
        string("global_order_lookup:" + id.text)
    }

    /// `user_type`, `user_id`, `symbol`: leads from an order id to its account.
    package static func orderData(_ order: OrderID) -> HashKey {
        hash("order_data:" + order.text)
    }

    /// Accounts holding a symbol; written by the projector.
    package static func symbolHolders(_ symbol: Symbol, _ userType: UserType) -> SetKey {
        let text = "symbol_holders:\(symbol.text):\(userType.rawValue)"
        return SetKey(text: text, slot: Slot(key: text))
    }

    /// The account versions that `symbolHolders` has seen, in the same slot.
    package static func projectedHolders(_ symbol: Symbol, _ userType: UserType) -> HashKey {
        hash("projected:{symbol_holders:\(symbol.text):\(userType.rawValue)}")
    }

    /// The order versions that `order_data` has seen: a field of that hash, so no key of its own.
    package static let projectedVersionField = "projected_version"

    /// Instrument terms of a group.
    package static func terms(group: String, _ symbol: Symbol) -> HashKey {
        hash("groups:{\(group)}:\(symbol.text)")
    }

    /// `bid`, `ask`, `ts` (ms).
    package static func market(_ symbol: Symbol) -> HashKey { hash("market:" + symbol.text) }

    /// Live processes of a role: member → time of the last heartbeat, ms.
    package static func members(_ service: String) -> SortedSetKey {
        let text = "members:" + service
        return SortedSetKey(text: text, slot: Slot(key: text))
    }

    /// Host, pid, partitions, counters, latency buckets of one process; lives 15 s.
    package static func heartbeat(_ member: String) -> HashKey { hash("heartbeat:" + member) }

    /// The lease of a number for an id generator.
    package static func generatorLease(_ number: Int) -> StringKey {
        string("lease:{generators}:\(number)")
    }

    /// Partitions, groups, versions, paused roles; written by `fleet`.
    package static let topology = HashKey(
        text: "fleet:topology", slot: Slot(key: "fleet:topology"))

    /// Channel: answers to commands, `<user_type>:<id> <request_id>`.
    package static let resultsChannel = "order_results"

    private static func hash(_ text: String) -> HashKey {
        HashKey(text: text, slot: Slot(key: text))
    }

    private static func string(_ text: String) -> StringKey {
        StringKey(text: text, slot: Slot(key: text))
    }
}
