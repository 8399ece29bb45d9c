/// Texts as JSON. Writing flat objects of texts is all that the processes need; only the command line
/// reads JSON.
package enum JSONText {
    /// Named texts as one object, in their order.
    package static func object(_ fields: Fields) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            fields.list.reduce(2) { $0 + $1.name.utf8.count + $1.value.utf8.count + 6 })
        bytes.append(UInt8(ascii: "{"))
        for field in fields.list {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            append(field.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            append(field.value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One text, quoted.
    package static func string(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Most texts hold nothing that must be escaped: they are copied whole.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            if utf8.contains(where: isSpecial) {
                for byte in utf8 { append(byte, to: &bytes) }
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes += [UInt8(ascii: "\\"), byte]
        case 0..<0x20:
            let hex = String(byte, radix: 16)
            bytes += (hex.utf8.count == 1 ? "\\u000" : "\\u00").utf8
            bytes += hex.utf8
        default: bytes.append(byte)
        }
    }
}
