package import ServiceRuntime
package import Shared

/// Telling everybody of records (architecture §3, publish). Each step is durable before the next:
/// the runtime takes a record out of its outbox only after all of them.
extension RedisAccountStore {
    /// How old a record may be when its message is sent, and how long a sent id is remembered: a
    /// record is too old long before its id is forgotten. Milliseconds.
    private static let mostRecordAge = ProviderMessage.mostAge
    private static let sentLife = 24 * 3_600_000
    /// Records a script; so that it holds the server up for milliseconds at most.
    private static let mostEmitted = 32

    package func publishLookups(_ records: [Record]) -> [Result<Void, StoreError>] {
        perRecord(records) { record in
            guard let identity = record.identity else { return [] }
            let order = identity.order.text
            var commands = record.lookups.map { RedisCommand("SET", Keys.lookup($0), [order]) }
            guard record.placesOrder else { return commands }
            let account = record.account
            commands.append(RedisCommand("SET", Keys.lookup(LifecycleID(identity.order)), [order]))
            commands.append(
                RedisCommand(
                    "HSET", Keys.orderData(identity.order),
                    [
                        "user_type", account.userType.rawValue, "user_id", account.userID,
                        "symbol", identity.symbol.text,
                    ]))
            return commands
        }
    }

    package func publishSends(_ records: [Record]) -> [Result<Void, StoreError>] {
        perRecord(records) { record in
            record.sends.map { sending($0, at: record.timestamp) }
        }
    }

    private func sending(_ message: ProviderMessage, at timestamp: Int64) -> RedisCommand {
        let lane = LaneID(
            queue: .provider(message.provider), message.account.partition(of: partitions))
        var command = RedisCommand(
            Scripts.enqueue, lane.sent, lane.stream, lane.dead, lane.wired)
        command.append(message.id.text)
        command.append(timestamp)
        command.append(Self.mostRecordAge)
        command.append(Self.sentLife)
        command.append(message.fields)
        return command
    }

    /// A record is done when all of its commands are; one without any is done.
    private func perRecord(
        _ records: [Record], _ commands: (Record) -> [RedisCommand]
    ) -> [Result<Void, StoreError>] {
        let groups = records.map(commands)
        var replies = client.runDurably(groups.flatMap { $0 })[...]
        return groups.map { group in
            let own = replies.prefix(group.count)
            replies = replies.dropFirst(group.count)
            for reply in own {
                if case .failure(let error) = reply { return .failure(error) }
            }
            return .success(())
        }
    }

    package func publishEvents(
        _ records: [Record], partition: Int
    ) throws(StoreError) -> [EmitReply] {
        let lane = LaneID(events: partition, .persistence)
        var commands: [RedisCommand] = []
        for start in stride(from: 0, to: records.count, by: Self.mostEmitted) {
            var command = RedisCommand(Scripts.emit, lane.stream, lane.emitted)
            command.append(
                Self.packed(records[start..<min(start + Self.mostEmitted, records.count)]))
            commands.append(command)
        }
        var answers: [EmitReply] = []
        answers.reserveCapacity(records.count)
        for reply in client.runDurably(commands) {
            answers += try reply.read("emit", EmitReply.read).get()
        }
        guard answers.count == records.count else {
            throw .refused(operation: "emit", detail: "fewer answers than records")
        }
        return answers
    }

    private static func packed(_ records: ArraySlice<Record>) -> [UInt8] {
        var list = PackedList(reserving: 2_500 * records.count)
        for record in records {
            list.append(record.account.tag)
            list.append(record.number)
            list.append(record.token.text)
            let entry = EventEntry.fields(of: record.event)
            list.append(2 * entry.list.count)
            list.append(entry)
        }
        return list.packed()
    }

    /// Where the account's tag and the request's id are all that is said: whoever asked reads the
    /// answer under its key.
    package func announce(_ commands: [AnsweredCommand]) throws(StoreError) {
        let messages = commands.map { command in
            RedisCommand(
                "PUBLISH", slot: nil,
                [Keys.resultsChannel, "\(command.account.tag) \(command.request.text)"])
        }
        for reply in client.run(messages) { _ = try reply.get() }
    }

    /// Takes published records out of their outboxes.
    ///
    /// - Parameter published: those of one account an item, at least one, oldest first.
    package func unbox(_ published: [[Record]]) -> [Result<UnboxReply, StoreError>] {
        client.run(published.map(RedisCommand.init(unboxing:))).map(\.unboxed)
    }
}

extension RedisCommand {
    /// Takes published records of one account, at least one, out of its outbox.
    init(unboxing records: [Record]) {
        let account = records[0].account
        self.init(Scripts.unbox, account.outbox, account.portfolio)
        for record in records {
            append(record.number)
            append(record.token.text)
        }
    }
}

extension Result where Success == Reply, Failure == StoreError {
    /// As `unbox` answers.
    var unboxed: Result<UnboxReply, StoreError> {
        read("unbox") { $0.flag.map { $0 ? .removed : .fork } }
    }
}

extension EmitReply {
    /// The answers to the records of one script, a letter each.
    fileprivate static func read(_ reply: Reply) -> [EmitReply]? {
        guard let text = reply.text else { return nil }
        var answers: [EmitReply] = []
        for letter in text.utf8 {
            switch letter {
            case UInt8(ascii: "a"): answers.append(.appended)
            case UInt8(ascii: "p"): answers.append(.present)
            case UInt8(ascii: "f"): answers.append(.fork)
            case UInt8(ascii: "g"): answers.append(.gap)
            default: return nil
            }
        }
        return answers
    }
}
