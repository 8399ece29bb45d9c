import Shared

/// A list of texts and whole numbers as one argument of a script, in MessagePack, which scripts
/// unpack at once. A server takes one argument of thousands of bytes in far less time than hundreds
/// of small ones.
struct PackedList {
    /// The header, five bytes with the number of elements, is written at the end.
    private var bytes: [UInt8]
    private var count: UInt32 = 0

    init(reserving size: Int = 0) {
        bytes = []
        bytes.reserveCapacity(size + 5)
        bytes.append(contentsOf: [0xdd, 0, 0, 0, 0])
    }

    mutating func append(_ text: String) {
        count += 1
        var text = text
        text.withUTF8 { utf8 in
            switch utf8.count {
            case ..<32: bytes.append(0xa0 | UInt8(utf8.count))
            case ..<256: append(0xd9, UInt8(utf8.count))
            case ..<65_536: append(0xda, UInt16(utf8.count))
            default: append(0xdb, UInt32(utf8.count))
            }
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func append(_ number: Int64) {
        count += 1
        switch number {
        case 0..<128: bytes.append(UInt8(number))
        default: append(0xd3, number)
        }
    }

    mutating func append(_ fields: Fields) {
        for field in fields.list {
            append(field.name)
            append(field.value)
        }
    }

    mutating func append(_ number: Int) { append(Int64(number)) }

    /// The elements as MessagePack.
    consuming func packed() -> [UInt8] {
        withUnsafeBytes(of: count.bigEndian) { header in
            for index in 0..<4 { bytes[1 + index] = header[index] }
        }
        return bytes
    }

    private mutating func append(_ mark: UInt8, _ value: some FixedWidthInteger) {
        bytes.append(mark)
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
