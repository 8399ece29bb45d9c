import CHiredis
package import ServiceRuntime
package import Shared

/// A lane's stream: handing out, settling, waiting (architecture §3).
package final class RedisLaneStore: LaneStore {
    private let client: StoreClient
    private let accounts: RedisAccountStore
    /// Waiting blocks its connection, so it has one of its own.
    private var waiting: (lane: LaneID, connection: DedicatedConnection)?
    /// Whether batches were handled since memory was last given back.
    private var hasWorked = false
    /// How many deferred messages one fetch moves into the stream.
    private static let mostDue = 256
    /// How many entries one script settles, so that no script holds the server up for long.
    private static let mostSettled = 256
    /// How much longer than a wait its answer may take.
    private static let patience: Duration = .seconds(1)

    init(_ client: StoreClient, _ accounts: RedisAccountStore) {
        self.client = client
        self.accounts = accounts
    }

    package func fetch(
        _ lane: LaneID, _ nonce: LeaseNonce, _ position: FetchPosition, count: Int
    ) throws(StoreError) -> FetchReply {
        let command = Self.fetching(lane, nonce, position, count)
        return try client.run([command])[0].read("fetch", Self.batch).get()
    }

    private static func fetching(
        _ lane: LaneID, _ nonce: LeaseNonce, _ position: FetchPosition, _ count: Int
    ) -> RedisCommand {
        var command = RedisCommand(Scripts.fetch, lane.lease, lane.stream, lane.delayed)
        command.append(nonce.text)
        command.append(lane.group.rawValue)
        switch position {
        case .new: command.append(">")
        case .pending(let after): command.append("\(after)")
        }
        command.append(count)
        command.append(mostDue)
        return command
    }

    private static func batch(_ reply: Reply) throws -> FetchReply? {
        try reply.unpack { reader in
            let count = try reader.list()
            guard try reader.number() == 1 else { return .leaseLost }
            guard count == 5, let last = EntryID(try reader.text()) else { return nil }
            let due = try reader.text()
            let now = try reader.number()
            var entries: [Entry] = []
            let found = try reader.list()
            entries.reserveCapacity(found)
            for _ in 0..<found {
                guard let entry = try entry(&reader) else { return nil }
                entries.append(entry)
            }
            return .batch(
                FetchReply.Batch(
                    entries: entries, lastDelivered: last,
                    nextDue: due.isEmpty ? nil : try Number.int64(due), now: now))
        } ?? nil
    }

    /// An entry that was deleted while it was pending has no fields; it cannot be read, and so ends
    /// as a dead letter rather than unseen.
    private static func entry(_ reader: inout PackedReader) throws -> Entry? {
        try reader.list(of: 2)
        guard let id = EntryID(try reader.text()) else { return nil }
        return Entry(id: id, fields: reader.missing() ? Fields() : try reader.fields())
    }

    /// One pipeline: a server does its parts in order, so that it settles only after it has emptied the
    /// outboxes. The nodes of a cluster have no order among them: there the outboxes come first, and
    /// where one cannot be emptied nothing is settled.
    package func settle(
        _ lane: LaneID, _ nonce: LeaseNonce, _ end: BatchEnd, next: Int
    ) throws(StoreError) -> SettleReply {
        var commands: [RedisCommand] = []
        var unboxed: [Result<UnboxReply, StoreError>] = []
        if client.redis.isCluster {
            unboxed = accounts.unbox(end.published)
            for reply in unboxed { _ = try reply.get() }
        } else {
            commands += end.published.map(RedisCommand.init(unboxing:))
        }
        let boxes = commands.count
        let settlements = end.settlements
        for start in stride(from: 0, to: max(1, settlements.count), by: Self.mostSettled) {
            let end = min(start + Self.mostSettled, settlements.count)
            commands.append(try settling(lane, nonce, settlements[start..<end]))
        }
        if next > 0 { commands.append(Self.fetching(lane, nonce, .new, next)) }
        let replies = client.run(commands)
        unboxed += replies.prefix(boxes).map(\.unboxed)
        return try Self.settled(replies.dropFirst(boxes), unboxed, fetches: next > 0)
    }

    private static func settled(
        _ replies: ArraySlice<StoreReply>, _ unboxed: [Result<UnboxReply, StoreError>],
        fetches: Bool
    ) throws(StoreError) -> SettleReply {
        var pending: Int?
        for reply in fetches ? replies.dropLast() : replies {
            pending = try reply.read("settle", Self.pending).get()
            if pending == nil { return .leaseLost }
        }
        var next: FetchReply.Batch?
        if fetches, let reply = replies.last {
            switch try reply.read("fetch", Self.batch).get() {
            case .leaseLost: return .leaseLost
            case .batch(let batch): next = batch
            }
        }
        return .settled(
            SettleReply.Settled(pending: pending ?? 0, unboxed: unboxed, next: next))
    }

    /// How many entries are pending; nil where the lease is lost.
    private static func pending(_ reply: Reply) -> Int?? {
        guard let parts = reply.elements, let state = parts.first?.number else { return nil }
        if state == 0 { return .some(nil) }
        guard parts.count == 2, let pending = parts[1].number else { return nil }
        return Int(pending)
    }

    private func settling(
        _ lane: LaneID, _ nonce: LeaseNonce, _ settlements: ArraySlice<Settlement>
    ) throws(StoreError) -> RedisCommand {
        var command = RedisCommand(
            Scripts.settle, lane.lease, lane.stream, lane.delayed, lane.dead, lane.suspect,
            lane.parked)
        command.append(nonce.text)
        command.append(lane.group.rawValue)
        command.append(lane.source == .events ? "events" : "queue")
        for settlement in settlements { try Self.check(settlement.disposition, in: lane) }
        command.append(PackedList(settlements).packed())
        return command
    }

    /// A deferred event would come back behind later ones of its account, and only events have an
    /// order that parking keeps.
    private static func check(
        _ disposition: Settlement.Disposition, in lane: LaneID
    ) throws(StoreError) {
        switch (disposition, lane.source) {
        case (.delay, .events):
            throw .refused(operation: "settle", detail: "\(lane): events are never deferred")
        case (.park, .queue):
            throw .refused(operation: "settle", detail: "\(lane): only events are parked")
        case (.done, _), (.dead, _), (.delay, .queue), (.park, .events): break
        }
    }

    package func wait(
        _ lane: LaneID, after last: EntryID, milliseconds: Int64
    ) throws(StoreError) {
        var command = RedisCommand("XREAD", slot: lane.slot.number, ["COUNT", "1", "BLOCK"])
        // 0 would wait for ever.
        command.append(max(1, milliseconds))
        command.append("STREAMS")
        command.append(lane.stream.text)
        command.append("\(last)")
        let reply = connection(for: lane).call(
            command, timeout: .milliseconds(milliseconds) + Self.patience)
        switch reply {
        case .failure(let error): throw StoreError(error)
        case .success(.null): giveMemoryBack()
        case .success: hasWorked = true
        }
    }

    /// A whole wait brought nothing. What the batches before it took the allocator would keep, tens of
    /// megabytes of a process whose lanes all had full batches; giving it back takes a millisecond.
    private func giveMemoryBack() {
        guard hasWorked else { return }
        hasWorked = false
        malloc_trim(0)
    }

    private func connection(for lane: LaneID) -> DedicatedConnection {
        if let waiting, waiting.lane == lane { return waiting.connection }
        let connection = client.redis.dedicated(slot: lane.slot.number)
        waiting = (lane, connection)
        return connection
    }

    package func raiseSuspect(_ lane: LaneID, _ entry: EntryID) throws(StoreError) -> Int {
        var command = RedisCommand(Scripts.suspect, lane.suspect)
        command.append("\(entry)")
        return try client.run([command])[0].read("suspect") { $0.number.map { Int($0) } }.get()
    }

    package func clearSuspect(_ lane: LaneID, _ entry: EntryID) throws(StoreError) {
        _ = try client.run(RedisCommand("HDEL", lane.suspect, ["\(entry)"]))
    }
}

extension PackedList {
    /// As `settle` reads them: what is done first, which needs no more than its id.
    fileprivate init(_ settlements: ArraySlice<Settlement>) {
        self.init(reserving: 32 * settlements.count)
        let done = settlements.filter { $0.disposition == .done }
        append(done.count)
        for settlement in done { append("\(settlement.entry)") }
        for settlement in settlements {
            switch settlement.disposition {
            case .done: continue
            case .delay(let milliseconds, let fields):
                append(settlement.entry, "delay", String(max(0, milliseconds)), fields)
            case .dead(let reason, let fields):
                append(settlement.entry, "dead", reason.rawValue, fields)
            case .park(let fields): append(settlement.entry, "park", "", fields)
            }
        }
    }

    private mutating func append(
        _ entry: EntryID, _ kind: String, _ argument: String, _ fields: Fields
    ) {
        append("\(entry)")
        append(kind)
        append(argument)
        append(fields.list.count)
        append(fields)
    }
}
