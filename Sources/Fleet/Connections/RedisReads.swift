import RedisDriver
import Shared

/// Reading of documented keys, each a pipelined round trip.
extension RedisClient {
    func fields(of key: HashKey) throws -> Fields {
        try fields(of: [key])[0]
    }

    /// Whole hashes; a missing one is empty.
    func fields(of keys: [HashKey]) throws -> [Fields] {
        let replies = pipeline(
            keys.map { RedisCommand("HGETALL", slot: $0.slot.number, [$0.text]) })
        return try replies.map { Fields(pairs: try $0.get()) }
    }

    func text(of key: StringKey) throws -> String? {
        try call(RedisCommand("GET", slot: key.slot.number, [key.text])).get().string
    }

    /// Entries of a stream behind `last`, oldest first.
    func entries(of key: StreamKey, from: String = "-", count: Int) throws -> [StreamEntry] {
        let reply = try call(
            RedisCommand(
                "XRANGE", slot: key.slot.number, [key.text, from, "+", "COUNT", "\(count)"])
        ).get()
        return (reply.elements ?? []).compactMap(StreamEntry.init)
    }

    /// The server's clock, milliseconds since 1970.
    func clock(of slot: Slot) throws -> Int64 {
        let parts = try call(RedisCommand("TIME", slot: slot.number)).get().elements ?? []
        guard parts.count == 2, let seconds = parts[0].string.flatMap({ Int64($0) }),
            let micros = parts[1].string.flatMap({ Int64($0) })
        else { throw Failure("Redis answered TIME with something else") }
        return seconds * 1_000 + micros / 1_000
    }

    /// Appends entries to streams; returns their ids, in order.
    func append(_ entries: [(key: StreamKey, fields: Fields)]) -> [Result<String, RedisError>] {
        pipeline(entries.map { RedisCommand(append: $0.fields, to: $0.key) })
            .map { reply in reply.map { $0.string ?? "" } }
    }
}

extension RedisCommand {
    init(append fields: Fields, to key: StreamKey) {
        self.init("XADD", slot: key.slot.number, [key.text, "*"])
        for field in fields.list {
            append(field.name)
            append(field.value)
        }
    }

    /// Sets fields of a hash; at least one.
    init(set fields: Fields, in key: HashKey) {
        self.init("HSET", slot: key.slot.number, [key.text])
        for field in fields.list {
            append(field.name)
            append(field.value)
        }
    }
}

/// An entry of a stream as it was read.
struct StreamEntry {
    let id: String
    let fields: Fields

    /// Nil where the reply is no entry, as for one that was deleted.
    init?(_ reply: Reply) {
        guard let parts = reply.elements, parts.count == 2, let id = parts[0].string,
            parts[1].elements != nil
        else { return nil }
        self.id = id
        fields = Fields(pairs: parts[1])
    }

    /// When it was appended, ms by the server's clock.
    var milliseconds: Int64 { Int64(id.prefix { $0 != "-" }) ?? 0 }
}

extension Fields {
    /// From a reply of names and values in turn.
    init(pairs reply: Reply) {
        let texts = reply.elements ?? []
        var list: [Field] = []
        list.reserveCapacity(texts.count / 2)
        for index in stride(from: 0, to: texts.count - 1, by: 2) {
            list.append(Field(texts[index].anyText, texts[index + 1].anyText))
        }
        self.init(list)
    }
}

extension Reply {
    /// The text of a string, repaired where it is not UTF-8; empty for other kinds.
    var anyText: String {
        string ?? utf8.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
