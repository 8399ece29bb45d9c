/// A list of texts as one text: `<bytes>:<text>` each, one after the other. It nests, needs no
/// escaping, and says at once when it is cut short. Records in an outbox are kept so.
package enum Netstring {
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            appendLength(utf8.count, to: &bytes)
            bytes.append(contentsOf: utf8)
        }
    }

    /// Appends names and values in turn, as `encode` would write them, as one text.
    package static func append(_ fields: Fields, to bytes: inout [UInt8]) {
        let list = list(fields)
        appendLength(list.count, to: &bytes)
        bytes.append(contentsOf: list)
    }

    package static func encode(_ texts: [String]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count + 4 })
        for text in texts { append(text, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func appendLength(_ length: Int, to bytes: inout [UInt8]) {
        var unit = 1
        while unit <= length / 10 { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(length / unit % 10))
            unit /= 10
        }
        bytes.append(UInt8(ascii: ":"))
    }

    /// Names and values in turn, as `encode` would write them.
    package static func encode(_ fields: Fields) -> String {
        String(decoding: list(fields), as: UTF8.self)
    }

    private static func list(_ fields: Fields) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            fields.list.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 })
        for field in fields.list {
            append(field.name, to: &bytes)
            append(field.value, to: &bytes)
        }
        return bytes
    }

    /// The texts again; nil where the text is none of ours.
    package static func decode(_ text: String) -> [String]? {
        var text = text
        return text.withUTF8 { bytes in
            var texts: [String] = []
            var position = 0
            while position < bytes.count {
                var length = 0
                let start = position
                while position < bytes.count, bytes[position] != UInt8(ascii: ":") {
                    guard (48...57).contains(bytes[position]), position - start < 9 else {
                        return nil
                    }
                    length = length * 10 + Int(bytes[position] - 48)
                    position += 1
                }
                guard position > start, position < bytes.count, position + 1 + length <= bytes.count
                else { return nil }
                let first = position + 1
                let content = UnsafeBufferPointer(rebasing: bytes[first..<first + length])
                texts.append(String(decoding: content, as: UTF8.self))
                position = first + length
            }
            return texts
        }
    }
}
