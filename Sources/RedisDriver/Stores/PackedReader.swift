import Shared

/// Reads what a script packed: nested lists of texts and whole numbers, in MessagePack, as one reply.
/// A server packs thousands of values in far less time than it writes them as replies, and they are
/// taken apart here without a reply object each.
struct PackedReader {
    /// The reply is not what its script packs.
    struct Malformed: Error, CustomStringConvertible {
        let position: Int
        var description: String { "not the packed reply expected, at byte \(position)" }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// - Parameter bytes: must outlive the reader.
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The number of elements of a list, which follow.
    mutating func list() throws(Malformed) -> Int {
        let mark = try byte()
        switch mark {
        case 0x90...0x9f: return Int(mark & 0x0f)
        case 0xdc: return Int(try integer(UInt16.self))
        case 0xdd: return Int(try integer(UInt32.self))
        default: throw Malformed(position: position)
        }
    }

    /// A list of exactly so many elements.
    mutating func list(of count: Int) throws(Malformed) {
        guard try list() == count else { throw Malformed(position: position) }
    }

    mutating func number() throws(Malformed) -> Int64 {
        let mark = try byte()
        switch mark {
        case 0x00...0x7f: return Int64(mark)
        case 0xe0...0xff: return Int64(Int8(bitPattern: mark))
        case 0xcc: return Int64(try byte())
        case 0xcd: return Int64(try integer(UInt16.self))
        case 0xce: return Int64(try integer(UInt32.self))
        case 0xcf: return Int64(truncatingIfNeeded: try integer(UInt64.self))
        case 0xd0: return Int64(Int8(bitPattern: try byte()))
        case 0xd1: return Int64(Int16(bitPattern: try integer(UInt16.self)))
        case 0xd2: return Int64(Int32(bitPattern: try integer(UInt32.self)))
        case 0xd3: return Int64(bitPattern: try integer(UInt64.self))
        default: throw Malformed(position: position)
        }
    }

    /// A text. Bytes that are no UTF-8 are replaced, as in `Reply.text`.
    mutating func text() throws(Malformed) -> String {
        let mark = try byte()
        let count: Int
        switch mark {
        case 0xa0...0xbf: count = Int(mark & 0x1f)
        case 0xd9: count = Int(try byte())
        case 0xda: count = Int(try integer(UInt16.self))
        case 0xdb: count = Int(try integer(UInt32.self))
        default: throw Malformed(position: position)
        }
        guard count <= bytes.count - position else { throw Malformed(position: position) }
        let content = UnsafeBufferPointer(rebasing: bytes[position..<position + count])
        position += count
        return String(decoding: content, as: UTF8.self)
    }

    /// A list of names and values.
    mutating func fields() throws(Malformed) -> Fields {
        let count = try list()
        guard count.isMultiple(of: 2) else { throw Malformed(position: position) }
        return try fields(of: count / 2)
    }

    /// So many names and values, in the midst of a list.
    mutating func fields(of count: Int) throws(Malformed) -> Fields {
        var list: [Fields.Field] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(Fields.Field(try text(), try text())) }
        return Fields(list)
    }

    /// Whether `false` stands here, as Lua has it for what is missing; then it is passed.
    mutating func missing() -> Bool {
        guard position < bytes.count, bytes[position] == 0xc2 else { return false }
        position += 1
        return true
    }

    private mutating func byte() throws(Malformed) -> UInt8 {
        guard position < bytes.count else { throw Malformed(position: position) }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _: Value.Type
    ) throws(Malformed) -> Value {
        var value: Value = 0
        for _ in 0..<MemoryLayout<Value>.size { value = value << 8 | Value(try byte()) }
        return value
    }
}

extension Reply {
    /// Takes a packed reply apart; nil where this is none.
    func unpack<Value>(_ body: (inout PackedReader) throws -> Value) throws -> Value? {
        guard let bytes = utf8 else { return nil }
        return try bytes.withUnsafeBufferPointer { bytes in
            var reader = PackedReader(bytes)
            return try body(&reader)
        }
    }
}
