package import ServiceRuntime
package import Shared

extension GatedStore: AccountStore {
    package func load(_ requests: [LoadRequest]) -> [Result<LoadedAccount, StoreError>] {
        pipelined(.load, requests) { world.load($0) }
    }

    package func prices(_ symbols: Set<Symbol>) throws(StoreError) -> Prices {
        try single(.prices) { () throws(StoreError) in try world.prices(symbols) }
    }

    package func terms(_ keys: [TermsKey]) throws(StoreError) -> [TermsKey: Fields] {
        try single(.terms) { world.terms(keys) }
    }

    package func claim(_ ids: [IDClaim]) -> [Result<Bool, StoreError>] {
        pipelined(.claim, ids) { world.claim($0) }
    }

    package func apply(_ writes: [AccountWrite]) -> [Result<ApplyReply, StoreError>] {
        pipelined(.apply, writes) { world.apply($0) }
    }

    package func markDead(
        _ key: OrderKey, _ event: EventID, _ reason: DeadReason, entry: EntryID
    ) throws(StoreError) -> DeadMarkReply {
        try single(.markDead) { world.markDead(key, event, reason, entry: entry) }
    }

    package func park(
        _ account: AccountID, reason: String, token: OrdersToken
    ) throws(StoreError) {
        try single(.park) { world.park(account, reason: reason, token: token) }
    }

    package func publishLookups(_ records: [Record]) -> [Result<Void, StoreError>] {
        pipelined(.publishLookups, records) { world.publishLookups($0) }
    }

    package func publishSends(_ records: [Record]) -> [Result<Void, StoreError>] {
        pipelined(.publishSends, records) { world.publishSends($0) }
    }

    /// One script in the slot of the events, so it is done as one.
    package func publishEvents(
        _ records: [Record], partition: Int
    ) throws(StoreError) -> [EmitReply] {
        try single(.publishEvents) { world.publishEvents(records, partition: partition) }
    }

    package func announce(_ commands: [AnsweredCommand]) throws(StoreError) {
        try single(.announce) { world.announce(commands) }
    }
}
