package import ServiceRuntime
package import Shared

/// Every port of one process, each call through its gate.
package final class GatedStore {
    let world: MemoryWorld
    let gate: any CallGate

    package init(_ world: MemoryWorld, _ gate: any CallGate) {
        self.world = world
        self.gate = gate
    }

    private func away(_ call: StoreCall) -> StoreError {
        .unavailable(operation: call.rawValue, detail: "cut off")
    }

    /// A call that the store does as one.
    func single<Reply>(
        _ call: StoreCall, _ perform: () throws(StoreError) -> Reply
    ) throws(StoreError) -> Reply {
        switch gate.enter(call, items: 1) {
        case .unanswered(let items):
            if items > 0 { _ = try perform() }
            throw away(call)
        case .proceeds:
            let reply = try perform()
            guard gate.leave(call) else { throw away(call) }
            return reply
        }
    }

    /// A pipeline: its items are single steps of the store, and others may come in between.
    func pipelined<Item, Reply>(
        _ call: StoreCall, _ items: [Item],
        _ perform: ([Item]) -> [Result<Reply, StoreError>]
    ) -> [Result<Reply, StoreError>] {
        let fate = gate.enter(call, items: items.count)
        var reached = items.count
        if case .unanswered(let some) = fate { reached = some }
        var replies: [Result<Reply, StoreError>] = []
        for (index, item) in items.prefix(reached).enumerated() {
            if index > 0, !gate.leave(call) { break }
            replies += perform([item])
        }
        guard fate == .proceeds, replies.count == items.count, gate.leave(call) else {
            return items.map { _ in .failure(away(call)) }
        }
        return replies
    }
}

extension GatedStore: LaneStore {
    package func fetch(
        _ lane: LaneID, _ nonce: LeaseNonce, _ position: FetchPosition, count: Int
    ) throws(StoreError) -> FetchReply {
        try single(.fetch) { () throws(StoreError) in
            try world.fetch(lane, nonce, position, count: count)
        }
    }

    /// One pipeline of single steps, of which each happens only after the one before, and whose answer
    /// comes when all have.
    package func settle(
        _ lane: LaneID, _ nonce: LeaseNonce, _ end: BatchEnd, next: Int
    ) throws(StoreError) -> SettleReply {
        var unboxed: [Result<UnboxReply, StoreError>] = []
        if !end.published.isEmpty {
            unboxed = pipelined(.unbox, end.published) { world.unbox($0) }
            for reply in unboxed { _ = try reply.get() }
        }
        let pending = try single(.settle) { world.settle(lane, nonce, end.settlements) }
        guard let pending else { return .leaseLost }
        var batch: FetchReply.Batch?
        if next > 0 {
            switch try fetch(lane, nonce, .new, count: next) {
            case .leaseLost: return .leaseLost
            case .batch(let new): batch = new
            }
        }
        return .settled(
            SettleReply.Settled(pending: pending, unboxed: unboxed, next: batch))
    }

    package func wait(
        _ lane: LaneID, after last: EntryID, milliseconds: Int64
    ) throws(StoreError) {
        try single(.wait) { world.wait(lane, after: last, milliseconds: milliseconds) }
    }

    package func raiseSuspect(_ lane: LaneID, _ entry: EntryID) throws(StoreError) -> Int {
        try single(.raiseSuspect) { world.raiseSuspect(lane, entry) }
    }

    package func clearSuspect(_ lane: LaneID, _ entry: EntryID) throws(StoreError) {
        try single(.clearSuspect) { world.clearSuspect(lane, entry) }
    }
}

extension GatedStore: CoordinationStore {
    package func beat(
        service: String, member: String, heartbeat: Fields
    ) throws(StoreError) -> [String] {
        try single(.beat) { world.beat(service: service, member: member, heartbeat: heartbeat) }
    }

    package func members(of service: String) throws(StoreError) -> [String] {
        try single(.beat) { world.members(of: service) }
    }

    package func leave(service: String, member: String) throws(StoreError) {
        try single(.leave) { world.leave(service: service, member: member) }
    }

    package func acquire(_ leases: [LeaseClaim]) throws(StoreError) -> [Bool] {
        try single(.acquire) { world.acquire(leases) }
    }

    package func renew(_ leases: [LeaseClaim]) throws(StoreError) -> [Bool] {
        try single(.renew) { world.renew(leases) }
    }

    package func release(_ leases: [LeaseClaim]) throws(StoreError) {
        try single(.release) { world.release(leases) }
    }

    package func topology() throws(StoreError) -> Fields {
        try single(.topology) { world.topology() }
    }
}
