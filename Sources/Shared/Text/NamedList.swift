/// A small list of `name=value` separated by spaces, kept in one field of a hash: ids of an order
/// with their kinds, applied events with their versions. Names and values hold neither spaces nor
/// `=`; texts from outside pass `Escape.text` first.
package struct NamedList: Sendable, Hashable {
    package private(set) var text: String

    package init(text: String = "") { self.text = text }

    package var isEmpty: Bool { text.isEmpty }

    /// The names and values in the order in which they were added.
    package var entries: [(name: Substring, value: Substring)] {
        // Over bytes: these lists are read for every message, and characters cost ten times as much.
        text.utf8.split(separator: UInt8(ascii: " ")).map { entry in
            let sign = entry.firstIndex(of: UInt8(ascii: "=")) ?? entry.endIndex
            let value = sign < entry.endIndex ? entry.index(after: sign) : sign
            return (Substring(entry[..<sign]), Substring(entry[value...]))
        }
    }

    package subscript(name: String) -> Substring? {
        let bytes = text.utf8
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: " ")) ?? bytes.endIndex
            let sign = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
            if start < end, bytes[start..<sign].elementsEqual(name.utf8) {
                return text[(sign < end ? bytes.index(after: sign) : end)..<end]
            }
            start = end < bytes.endIndex ? bytes.index(after: end) : end
        }
        return nil
    }

    package func contains(_ name: String) -> Bool { self[name] != nil }

    /// Adds a name or replaces its value.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        text += text.isEmpty ? "\(name)=\(value)" : " \(name)=\(value)"
    }

    package mutating func remove(_ name: String) {
        guard contains(name) else { return }
        text = entries.filter { $0.name != name }.map { "\($0.name)=\($0.value)" }
            .joined(separator: " ")
    }
}

/// Texts from outside inside our own lists: bytes other than letters, digits and `. _ : / -`
/// are written as `%XX`.
package enum Escape {
    package static func text(_ text: String) -> String {
        guard !text.utf8.allSatisfy(isPlain) else { return text }
        return text.utf8.map { byte in
            isPlain(byte) ? String(UnicodeScalar(byte)) : percent(byte)
        }.joined()
    }

    private static func percent(_ byte: UInt8) -> String {
        let hex = String(byte, radix: 16, uppercase: true)
        return hex.utf8.count == 1 ? "%0" + hex : "%" + hex
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
