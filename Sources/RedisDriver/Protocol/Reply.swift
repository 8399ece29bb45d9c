import CHiredis

/// What the server answered to one command.
///
/// An error that answers a whole command is not a `Reply` but a `RedisError`; `error` occurs only
/// inside an array, where other elements stand beside it.
package enum Reply: Sendable, Equatable {
    /// A missing value or a missing array.
    case null
    case integer(Int64)
    /// A bulk string that is valid UTF-8.
    case text(String)
    /// A bulk string that is not; nothing of it is lost.
    case bytes([UInt8])
    /// A simple string such as `OK`.
    case status(String)
    case error(RedisReplyError)
    case array([Reply])
}

/// The text of a server's error, such as `WRONGTYPE Operation against a key …`.
package struct RedisReplyError: Error, Sendable, Equatable {
    package let text: String

    package init(text: String) { self.text = text }

    /// The first word, in capitals by convention: `ERR`, `WRONGTYPE`, or what a script returned.
    package var prefix: Substring { text.prefix { $0 != " " } }
}

extension Reply {
    /// Text of a bulk or simple string; `nil` for every other kind and for invalid UTF-8.
    package var string: String? {
        switch self {
        case .text(let text), .status(let text): text
        case .null, .integer, .bytes, .error, .array: nil
        }
    }

    /// The bytes of a bulk or simple string, whatever they are.
    package var utf8: [UInt8]? {
        switch self {
        case .text(let text), .status(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        case .null, .integer, .error, .array: nil
        }
    }

    /// The number of an integer reply. A number in a bulk string is text: parse it where its
    /// meaning is known.
    package var number: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The elements of an array; `nil` for every other kind, a missing array included.
    package var elements: [Reply]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

extension Reply {
    /// Copies a reply out of hiredis' memory, in one pass.
    init(_ reply: redisReply) {
        self =
            switch reply.type {
            case REDIS_REPLY_INTEGER: .integer(reply.integer)
            case REDIS_REPLY_STRING: Self.bulk(Self.contents(of: reply))
            case REDIS_REPLY_STATUS:
                .status(String(decoding: Self.contents(of: reply), as: UTF8.self))
            case REDIS_REPLY_ERROR:
                .error(
                    RedisReplyError(
                        text: String(decoding: Self.contents(of: reply), as: UTF8.self)))
            case REDIS_REPLY_ARRAY: .array(Self.elements(of: reply))
            // hiredis 0.14 has six kinds and this is the sixth, REDIS_REPLY_NIL.
            default: .null
            }
    }

    private static func contents(of reply: redisReply) -> UnsafeBufferPointer<UInt8> {
        let bytes = UnsafeRawBufferPointer(start: reply.str, count: reply.len)
        return bytes.assumingMemoryBound(to: UInt8.self)
    }

    private static func bulk(_ contents: UnsafeBufferPointer<UInt8>) -> Reply {
        // Nearly all is ASCII, which needs no validation: that costs more than the rest of a reply.
        if contents.reduce(0, |) < 0x80 {
            return .text(String(decoding: contents, as: UTF8.self))
        }
        if let text = String(validating: contents, as: UTF8.self) { return .text(text) }
        return .bytes(Array(contents))
    }

    private static func elements(of reply: redisReply) -> [Reply] {
        UnsafeBufferPointer(start: reply.element, count: reply.elements).map { element in
            guard let element else { return .null }
            return Reply(element.pointee)
        }
    }
}
