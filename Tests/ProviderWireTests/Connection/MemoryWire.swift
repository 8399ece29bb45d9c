import ServiceRuntime
import Shared

@testable import ProviderConnection

/// Marks in memory, kept by the rules of the scripts, failing as told.
final class MemoryWire: WireStore {
    var marks: [LifecycleID: WireMark] = [:]
    var inflight: Set<LifecycleID> = []
    var kept: [UnreadableFrame] = []
    /// Calls that fail without having been done, and, behind those, ones that fail though they were.
    var failures = 0
    var lostReplies = 0

    private static let away = StoreError.unavailable(operation: "wire", detail: "away")

    private func enter() throws(StoreError) {
        guard failures > 0 else { return }
        failures -= 1
        throw Self.away
    }

    private func leave() throws(StoreError) {
        guard lostReplies > 0 else { return }
        lostReplies -= 1
        throw Self.away
    }

    func mark(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) -> [MarkReply] {
        try enter()
        let replies = messages.map(mark)
        try leave()
        return replies
    }

    private func mark(_ message: WireMessage) -> MarkReply {
        func set(_ state: WireMark.State) {
            marks[message.id] = WireMark(
                state: state, since: 1, entry: "\(message.entry)", status: message.status,
                attempt: message.attempt)
        }
        guard let mark = marks[message.id] else {
            set(.wired)
            inflight.insert(message.id)
            return .send
        }
        switch mark.state {
        case .sent, .resent: return .sentBefore
        case .wired where mark.attempt == message.attempt,
            .resending where mark.attempt == message.attempt:
            return .send
        case .inDoubt where mark.entry != "\(message.entry)":
            set(.resending)
            return .send
        case .wired, .resending, .inDoubt:
            if mark.state != .inDoubt { set(.inDoubt) }
            return .inDoubt
        }
    }

    func noteSent(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) {
        try enter()
        for message in messages where marks[message.id]?.attempt == message.attempt {
            set(message.id, marks[message.id]?.state == .wired ? .sent : .resent)
        }
        try leave()
    }

    private func set(_ id: LifecycleID, _ state: WireMark.State) {
        marks[id] = marks[id].map {
            WireMark(
                state: state, since: $0.since, entry: $0.entry, status: $0.status,
                attempt: $0.attempt)
        }
    }

    func unmark(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) {
        try enter()
        for message in messages where marks[message.id]?.attempt == message.attempt {
            marks[message.id] = nil
            inflight.remove(message.id)
        }
        try leave()
    }

    func answered(_ answers: [RequestAnswer]) -> [Result<Void, StoreError>] {
        answers.map { answer in
            inflight.remove(answer.id)
            return .success(())
        }
    }

    func resolved(_ lane: LaneID, _ id: LifecycleID) {
        set(id, .sent)
        inflight.remove(id)
    }

    func overdue(
        _ lane: LaneID, age: Int64, most: Int
    ) throws(StoreError) -> OverdueRequests {
        OverdueRequests(
            count: inflight.count,
            oldest: inflight.prefix(most).map { .init(id: $0, age: age) })
    }

    func keep(_ frames: [UnreadableFrame]) -> [Result<Void, StoreError>] {
        frames.map { frame in
            guard failures == 0 else {
                failures -= 1
                return .failure(Self.away)
            }
            kept.append(frame)
            return .success(())
        }
    }
}

/// A connection in memory, which takes as many frames as it is told.
final class MemoryLink: FrameLink {
    var isUp = true
    /// Frames that are still taken before it breaks; nil for all.
    var room: Int?
    private(set) var frames: [[UInt8]] = []

    func send(_ frames: [[UInt8]]) -> Int {
        guard isUp else { return 0 }
        let count = min(room ?? frames.count, frames.count)
        room = room.map { $0 - count }
        self.frames += frames.prefix(count)
        if count < frames.count { isUp = false }
        return count
    }
}
