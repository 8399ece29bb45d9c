package import ServiceRuntime
package import Shared

extension MemoryWorld: TriggerStore {
    package func register(_ symbols: Set<Symbol>) {
        guard !symbols.isEmpty else { return }
        self[set: Keys.triggerSymbols].formUnion(symbols.map(\.text))
    }

    package func registered() throws(StoreError) -> Set<Symbol> {
        do {
            return Set(try self[set: Keys.triggerSymbols].map { try Symbol($0) })
        } catch {
            throw .refused(operation: "symbols", detail: "\(error)")
        }
    }

    package func change(_ changes: [TriggerChange]) -> [Result<TriggerReply, StoreError>] {
        changes.map { change in
            .success(
                triggers[change.symbol, default: MemoryTriggers()].change(change, now: now))
        }
    }

    package func fire(
        _ watches: [TriggerWatch], maxPriceAge: Int64
    ) -> [Result<FireReply, StoreError>] {
        watches.map { watch in
            let holder = self[string: TriggerKeys(watch.symbol).lease]
            guard holder == watch.nonce.text else { return .success(.leaseLost) }
            return .success(
                triggers[watch.symbol, default: MemoryTriggers()].fire(
                    reported: watch.reported, maxPriceAge: maxPriceAge, now: now))
        }
    }

    package func copy(_ copies: [TriggerCopy]) -> [Result<Void, StoreError>] {
        copies.map { copy in
            let key = Keys.orderTriggers(copy.order)
            let last = self[hash: key]["version"].flatMap { Int64($0) } ?? 0
            if copy.version > last {
                self[hash: key] = Fields(
                    [.init("version", String(copy.version))] + copy.fields.list)
                hashes.expire(key, at: copy.fields.isEmpty ? now + 600_000 : nil)
            }
            return .success(())
        }
    }
}

extension GatedStore: TriggerStore {
    package func register(_ symbols: Set<Symbol>) throws(StoreError) {
        guard !symbols.isEmpty else { return }
        try single(.register) { world.register(symbols) }
    }

    package func registered() throws(StoreError) -> Set<Symbol> {
        try single(.registered) { () throws(StoreError) in try world.registered() }
    }

    package func change(_ changes: [TriggerChange]) -> [Result<TriggerReply, StoreError>] {
        guard !changes.isEmpty else { return [] }
        return pipelined(.change, changes) { world.change($0) }
    }

    package func fire(
        _ watches: [TriggerWatch], maxPriceAge: Int64
    ) -> [Result<FireReply, StoreError>] {
        pipelined(.fire, watches) { world.fire($0, maxPriceAge: maxPriceAge) }
    }

    package func copy(_ copies: [TriggerCopy]) -> [Result<Void, StoreError>] {
        guard !copies.isEmpty else { return [] }
        return pipelined(.copy, copies) { world.copy($0) }
    }
}
