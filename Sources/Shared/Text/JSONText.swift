/// Texts as JSON. Reading JSON is left to libraries at the edge; writing flat objects of texts is all
/// that the inside needs.
package enum JSONText {
    /// Named texts as one object, in their order.
    package static func object(_ fields: Fields) -> String {
        let members = fields.list.map { string($0.name) + ":" + string($0.value) }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// One text, quoted.
    package static func string(_ text: String) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
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
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }
}
