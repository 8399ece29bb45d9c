/// The build of one MessagePack value, looked at before any of it is believed: that it ends where
/// the bytes end, that no length and no number of elements goes beyond them, and how deep it is. A
/// parser would first make room for as many elements as a header promises.
package struct Shape {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: WireLimits
    private var position = 0

    /// Throws where the bytes are not exactly one value within the limits.
    package static func check(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: WireLimits
    ) throws(WireError) {
        guard bytes.count <= limits.frame else {
            throw .frameTooLong(length: bytes.count, limit: limits.frame)
        }
        var shape = Shape(bytes: bytes, limits: limits)
        try shape.value(depth: 0)
        guard shape.position == bytes.count else { throw .trailing(at: shape.position) }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: WireLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func value(depth: Int) throws(WireError) {
        let start = position
        let mark = UInt8(try number(1))
        switch mark {
        case 0x00...0x7f, 0xe0...0xff, 0xc0, 0xc2, 0xc3: return
        case 0x80...0x8f: try elements(2 * Int(mark & 0x0f), depth, start)
        case 0x90...0x9f: try elements(Int(mark & 0x0f), depth, start)
        case 0xa0...0xbf: try skip(Int(mark & 0x1f), start)
        case 0xc4, 0xd9: try skip(try number(1), start)
        case 0xc5, 0xda: try skip(try number(2), start)
        case 0xc6, 0xdb: try skip(try number(4), start)
        case 0xcc, 0xd0: try skip(1, start)
        case 0xcd, 0xd1: try skip(2, start)
        case 0xca, 0xce, 0xd2: try skip(4, start)
        case 0xcb, 0xcf, 0xd3: try skip(8, start)
        case 0xdc: try elements(try number(2), depth, start)
        case 0xdd: try elements(try number(4), depth, start)
        case 0xde: try elements(2 * (try number(2)), depth, start)
        case 0xdf: try elements(2 * (try number(4)), depth, start)
        // 0xc1 is never used; 0xc7 to 0xc9 and 0xd4 to 0xd8 are extensions.
        default: throw .badType(mark, at: start)
        }
    }

    private mutating func elements(_ count: Int, _ depth: Int, _ start: Int) throws(WireError) {
        guard depth < limits.depth else { throw .tooDeep(at: start, limit: limits.depth) }
        // An element takes a byte at least.
        guard count <= bytes.count - position else { throw .truncated(at: start) }
        for _ in 0..<count { try value(depth: depth + 1) }
    }

    private mutating func skip(_ count: Int, _ start: Int) throws(WireError) {
        guard count <= bytes.count - position else { throw .truncated(at: start) }
        position += count
    }

    /// A length of one to four bytes.
    private mutating func number(_ count: Int) throws(WireError) -> Int {
        guard count <= bytes.count - position else { throw .truncated(at: position) }
        defer { position += count }
        return bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
    }
}
