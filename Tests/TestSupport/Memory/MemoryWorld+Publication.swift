package import ServiceRuntime
package import Shared

/// The last steps of a transition: ids, providers, events, and out of the outbox.
extension MemoryWorld {
    /// A provider message older than this is not sent any more, ms.
    private static let oldestSend: Int64 = 12 * 3_600_000
    /// How long a provider's queue remembers ids, ms.
    private static let sentMemory: Int64 = 24 * 3_600_000

    package func publishLookups(_ records: [Record]) -> [Result<Void, StoreError>] {
        records.map { record in
            guard let identity = record.identity else { return .success(()) }
            for id in record.lookups { set(Keys.lookup(id), identity.order.text) }
            guard record.event["order_version"] == "1" else { return .success(()) }
            set(Keys.lookup(LifecycleID(identity.order)), identity.order.text)
            set(
                Keys.orderData(identity.order),
                Fields([
                    "user_type": record.account.userType.rawValue,
                    "user_id": record.account.userID, "symbol": identity.symbol.text,
                ]))
            return .success(())
        }
    }

    package func publishSends(_ records: [Record]) -> [Result<Void, StoreError>] {
        records.map { record in
            for message in record.sends { enqueue(message, from: record) }
            return .success(())
        }
    }

    private func enqueue(_ message: ProviderMessage, from record: Record) {
        let lane = LaneID(
            queue: .provider(message.provider), message.account.partition(of: partitions))
        var ids = sent[lane.sent.text] ?? [:]
        if let before = ids[message.id.text], now - before < MemoryWorld.sentMemory,
            keeps(.sentOnce)
        {
            return
        }
        ids[message.id.text] = now
        sent[lane.sent.text] = ids
        guard now - record.timestamp <= MemoryWorld.oldestSend else {
            var letter = message.fields
            letter[DeadField.reason] = DeadReason.staleSend.rawValue
            append(letter, to: lane.dead)
            return
        }
        enqueued[message.id.text, default: 0] += 1
        append(message.fields, to: lane.stream)
    }

    package func publishEvents(_ records: [Record], partition: Int) -> [EmitReply] {
        let lane = LaneID(events: partition, .persistence)
        var stopped: [AccountID: EmitReply] = [:]
        return records.map { record in
            let reply = stopped[record.account] ?? emit(record, lane)
            if reply == .fork || reply == .gap { stopped[record.account] = reply }
            return reply
        }
    }

    private func emit(_ record: Record, _ lane: LaneID) -> EmitReply {
        let last = self[hash: lane.emitted][record.account.tag]
        let colon = last?.firstIndex(of: ":")
        let number = zip(last, colon).flatMap { Int64($0[..<$1]) } ?? 0
        let token = zip(last, colon).map { String($0[$0.index(after: $1)...]) }
        if keeps(.emitNumber) {
            if record.number < number { return .present }
            if record.number == number {
                return token == record.token.text ? .present : .fork
            }
            if record.number > number + 1 { return .gap }
        }
        append(EventEntry.fields(of: record.event), to: lane.stream)
        self[hash: lane.emitted][record.account.tag] = "\(record.number):\(record.token.text)"
        return .appended
    }

    package func announce(_ commands: [AnsweredCommand]) {
        announced += commands.map { "\($0.account.tag) \($0.request.text)" }
    }

    package func unbox(_ published: [[Record]]) -> [Result<UnboxReply, StoreError>] {
        published.map { records in
            guard let account = records.first?.account else { return .success(.removed) }
            let version = self[hash: account.portfolio]["orders_version"].flatMap { Int64($0) }
            let newest = records.map(\.number).max() ?? 0
            guard newest <= version ?? 0 else { return .success(.fork) }
            for record in records where box(of: record).hasPrefix(record.token.text + " ") {
                self[hash: account.outbox][String(record.number)] = nil
            }
            return .success(.removed)
        }
    }

    private func box(of record: Record) -> String {
        self[hash: record.account.outbox][String(record.number)] ?? ""
    }
}

private func zip<Left, Right>(_ left: Left?, _ right: Right?) -> (Left, Right)? {
    guard let left, let right else { return nil }
    return (left, right)
}
