package import ServiceRuntime
package import Shared

/// What went over a provider's wire and what came back, in the slot of the provider's queue.
package final class RedisWireStore: WireStore {
    private let client: StoreClient

    init(_ client: StoreClient) { self.client = client }

    /// For who only looks.
    package convenience init(_ client: RedisClient) { self.init(StoreClient(client)) }

    package func mark(
        _ lane: LaneID, _ messages: [WireMessage]
    ) throws(StoreError) -> [MarkReply] {
        guard !messages.isEmpty else { return [] }
        var list = PackedList(reserving: 64 * messages.count)
        for message in messages {
            list.append(message.id.text)
            list.append("\(message.entry)")
            list.append(message.status)
            list.append(message.attempt)
        }
        var command = RedisCommand(Scripts.wire, lane.wired, lane.inflight)
        command.append(list.packed())
        return try client.runDurably([command])[0].read("wire") { reply in
            let answers = reply.text?.compactMap(MarkReply.init)
            return answers?.count == messages.count ? answers : nil
        }.get()
    }

    package func noteSent(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) {
        try each(messages, RedisCommand(Scripts.wireSent, lane.wired))
    }

    package func unmark(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) {
        try each(messages, RedisCommand(Scripts.wireUndo, lane.wired, lane.inflight))
    }

    private func each(_ messages: [WireMessage], _ command: RedisCommand) throws(StoreError) {
        guard !messages.isEmpty else { return }
        var command = command
        for message in messages {
            command.append(message.id.text)
            command.append(message.attempt)
        }
        _ = try client.runDurably(command)
    }

    package func answered(_ answers: [RequestAnswer]) -> [Result<Void, StoreError>] {
        let commands = answers.map { answer in
            var command = RedisCommand(Scripts.answered, answer.lane.wired, answer.lane.inflight)
            command.append(answer.id.text)
            command.append(answer.status.rawValue)
            for kind in answer.status.leavesOpen { command.append(kind.rawValue) }
            return command
        }
        return client.run(commands).map { $0.map { _ in } }
    }

    package func resolved(_ lane: LaneID, _ id: LifecycleID) throws(StoreError) {
        var command = RedisCommand(Scripts.answered, lane.wired, lane.inflight)
        command.append(id.text)
        command.append("RESOLVED")
        _ = try client.runDurably(command)
    }

    package func overdue(
        _ lane: LaneID, age: Int64, most: Int
    ) throws(StoreError) -> OverdueRequests {
        var command = RedisCommand(Scripts.overdue, lane.inflight)
        command.append(age)
        command.append(most)
        return try client.run([command])[0].read("overdue") { try OverdueRequests($0) }.get()
    }

    package func keep(_ frames: [UnreadableFrame]) -> [Result<Void, StoreError>] {
        let commands = frames.map { frame in
            var command = RedisCommand(Scripts.keep, LaneID(queue: .reports, frame.partition).dead)
            command.append(DeadReason.unreadable.rawValue)
            command.append(
                Fields([
                    .init(DeadField.detail, frame.detail), .init("provider", frame.provider.name),
                    // So that a redrive finds it unreadable again, rather than of another kind.
                    .init("type", "execution_report"), .init("frame", frame.frame),
                ]))
            return command
        }
        return client.runDurably(commands).map { $0.map { _ in } }
    }
}

extension MarkReply {
    fileprivate init?(_ letter: Character) {
        switch letter {
        case "s": self = .send
        case "b": self = .sentBefore
        case "d": self = .inDoubt
        default: return nil
        }
    }
}

extension OverdueRequests {
    fileprivate init?(_ reply: Reply) throws {
        guard let parts = reply.elements, let count = parts.first?.number else { return nil }
        var oldest: [Request] = []
        for index in stride(from: 1, to: parts.count - 1, by: 2) {
            guard let id = parts[index].text, let age = parts[index + 1].text else { return nil }
            oldest.append(Request(id: try LifecycleID(id), age: try Number.int64(age)))
        }
        self.init(count: Int(count), oldest: oldest)
    }
}

extension OrdStatus {
    /// The kinds of requests that this status does not answer: a confirmation answers only what is
    /// to rest, such as a leg; an acknowledgement and a part of a fill answer nothing.
    fileprivate var leavesOpen: [ProviderRequest.Kind] {
        switch self {
        case .executed, .cancelled, .rejected: []
        case .pending, .modify:
            [.place, .close, .cancel, .cancelStopLoss, .cancelTakeProfit]
        case .acknowledged, .partial: ProviderRequest.Kind.allCases
        }
    }
}
