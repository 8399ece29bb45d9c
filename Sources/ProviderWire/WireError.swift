/// Why bytes of a provider's wire are no message. Each has a code to count by; the text names what
/// broke which rule, and where.
package enum WireError: Error, Sendable, Equatable {
    /// A frame of no bytes.
    case emptyFrame
    /// A frame longer than the limit; nothing behind its header can be found any more.
    case frameTooLong(length: Int, limit: Int)
    /// The bytes end within a value.
    case truncated(at: Int)
    /// Bytes behind the value.
    case trailing(at: Int)
    /// Maps and arrays within each other, more than the limit.
    case tooDeep(at: Int, limit: Int)
    /// A byte that begins no value (0xc1), or an extension, which the wire does not use.
    case badType(UInt8, at: Int)
    /// The library refused what is well formed: it had no memory.
    case library(Int32)
    /// A text that is no UTF-8.
    case notUTF8
    /// A name in a map that is neither text nor a whole number.
    case keyNotText
    /// A name twice in one map: which value is meant is not known.
    case duplicateKey(String)
    /// The whole is no map.
    case notAMap
    /// Infinity or not-a-number has no decimal text.
    case notFinite(String)
    /// A map or an array where one value belongs.
    case nested(String)
    /// A number that should be whole.
    case notWhole(String)
    /// A map that names no id and no status, and does not say what else it is.
    case notAReport

    /// A short bounded name, to count by.
    package var code: String {
        switch self {
        case .emptyFrame: "empty_frame"
        case .frameTooLong: "frame_too_long"
        case .truncated: "truncated"
        case .trailing: "trailing_bytes"
        case .tooDeep: "too_deep"
        case .badType: "bad_type"
        case .library: "library"
        case .notUTF8: "not_utf8"
        case .keyNotText: "key_not_text"
        case .duplicateKey: "duplicate_key"
        case .notAMap: "not_a_map"
        case .notFinite: "not_finite"
        case .nested: "nested"
        case .notWhole: "not_whole"
        case .notAReport: "not_a_report"
        }
    }
}

extension WireError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .emptyFrame: "a frame of no bytes"
        case .frameTooLong(let length, let limit): "a frame of \(length) bytes, at most \(limit)"
        case .truncated(let offset): "ends within the value at byte \(offset)"
        case .trailing(let offset): "goes on behind its value, at byte \(offset)"
        case .tooDeep(let offset, let limit): "deeper than \(limit) at byte \(offset)"
        case .badType(let byte, let offset):
            "byte 0x\(String(byte, radix: 16)) at \(offset) begins no value of this wire"
        case .library(let status): "libmsgpack answered \(status)"
        case .notUTF8: "a text that is no UTF-8"
        case .keyNotText: "a name that is neither text nor a whole number"
        case .duplicateKey(let name): "the name '\(name.prefix(40))' twice"
        case .notAMap: "is no map"
        case .notFinite(let name): "\(name) is no finite number"
        case .nested(let name): "\(name) is a map or an array"
        case .notWhole(let name): "\(name) is no whole number"
        case .notAReport: "names no id with a status"
        }
    }
}

/// How much of a peer's bytes is taken seriously.
package struct WireLimits: Sendable, Equatable {
    /// Bytes of a frame without its length. A report takes some hundred.
    package var frame: Int
    /// Maps and arrays within each other. A report has `raw` within itself.
    package var depth: Int

    /// libmsgpack parses no deeper than this.
    package static let deepest = 32

    package init(frame: Int = 65_536, depth: Int = 8) {
        precondition(frame > 0 && depth > 0 && depth < WireLimits.deepest)
        self.frame = frame
        self.depth = depth
    }
}
