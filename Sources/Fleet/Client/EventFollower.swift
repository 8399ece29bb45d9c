import RedisDriver
import ServiceRuntime
import Shared

/// Follows `events:{p}` from now on, outside every consumer group: it takes nothing from anybody.
final class EventFollower {
    private let redis: RedisClient
    private var streams: [(key: StreamKey, last: String)]
    /// Connections that wait, by the position of their stream; a single server needs only one.
    private var blocking: [Int: DedicatedConnection] = [:]
    private static let pageSize = 1_000
    /// Where streams lie on several nodes, none of them may be waited for longer than this.
    private static let turn: Duration = .milliseconds(20)
    private var next = 0

    /// Notes where the streams end now.
    init(_ redis: RedisClient, partitions: some Sequence<Int>) throws {
        self.redis = redis
        let keys = partitions.map { LaneID(events: $0, .projection).stream }
        let replies = redis.pipeline(
            keys.map {
                RedisCommand("XREVRANGE", slot: $0.slot.number, [$0.text, "+", "-", "COUNT", "1"])
            })
        streams = try zip(keys, replies).map { key, reply in
            let last = try reply.get().elements?.first.flatMap(StreamEntry.init)
            return (key, last?.id ?? "0-0")
        }
    }

    /// Events since the last call, in order within each partition; waits for the first one, at most
    /// so long. Empty also where the server is away.
    func events(within wait: Duration) throws -> [Fields] {
        let ready = try read()
        guard ready.isEmpty, wait > .zero else { return ready }
        try block(for: wait)
        return try read()
    }

    private func read() throws -> [Fields] {
        let replies = redis.pipeline(
            streams.map { stream in
                RedisCommand(
                    "XREAD", slot: stream.key.slot.number,
                    ["COUNT", "\(Self.pageSize)", "STREAMS", stream.key.text, stream.last])
            })
        var events: [Fields] = []
        for (index, reply) in replies.enumerated() {
            let entries: [StreamEntry]
            switch reply {
            case .success(let reply): entries = Self.entries(reply)
            case .failure(let error) where error.code == .unavailable: continue
            case .failure(let error): throw error
            }
            if let last = entries.last { streams[index].last = last.id }
            events += try entries.map { try EventEntry.event($0.fields) }
        }
        return events
    }

    /// Returns when there is something to read, or the time is over.
    private func block(for wait: Duration) throws {
        let takesTurns = spansNodes
        next = takesTurns ? (next + 1) % streams.count : 0
        let awaited = takesTurns ? streams[next...next] : streams[...]
        let limit = takesTurns ? min(wait, Self.turn) : wait
        let slot = awaited.first?.key.slot.number
        let connection = blocking[next] ?? redis.dedicated(slot: slot)
        blocking[next] = connection
        var command = RedisCommand(
            "XREAD", slot: slot, ["BLOCK", "\(max(1, limit.milliseconds))", "STREAMS"])
        for stream in awaited { command.append(stream.key.text) }
        for stream in awaited { command.append(stream.last) }
        let reply = connection.call(command, timeout: limit + .seconds(2))
        if case .failure(let error) = reply {
            guard error.code == .unavailable else { throw error }
            Thread.rest(.milliseconds(50))
        }
    }

    private var spansNodes: Bool {
        switch redis.address.topology {
        case .single: false
        case .cluster: streams.count > 1
        }
    }

    private static func entries(_ reply: Reply) -> [StreamEntry] {
        (reply.elements ?? []).flatMap { stream in
            (stream.elements?.last?.elements ?? []).compactMap(StreamEntry.init)
        }
    }
}
