/// The parameters of one statement as libpq takes them: texts ended by a zero byte, side by side
/// in one buffer.
struct ParameterBuffer {
    private var bytes: [UInt8] = []
    /// Where each parameter begins; nil is NULL.
    private var offsets: [Int?] = []
    /// A text holding a zero byte would be cut there without a word, so it is not sent at all.
    private(set) var holdsZero = false

    init(_ values: [PostgresValue]) {
        offsets.reserveCapacity(values.count)
        for value in values { append(value) }
    }

    var count: Int { offsets.count }

    /// The pointers are valid inside `body` only.
    func withPointers<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
        bytes.withUnsafeBytes { buffer in
            let start = buffer.assumingMemoryBound(to: CChar.self).baseAddress
            return body(offsets.map { offset in offset.flatMap { start?.advanced(by: $0) } })
        }
    }

    private mutating func append(_ value: PostgresValue) {
        if case .null = value {
            offsets.append(nil)
            return
        }
        offsets.append(bytes.count)
        switch value {
        case .null: break
        case .text(let text): raw(text)
        case .integer(let number): raw(String(number))
        case .bool(let flag): raw(flag ? "t" : "f")
        case .array(let elements): list(elements) { $0.quoted($1) }
        case .integers(let elements): list(elements) { $0.raw(String($1)) }
        }
        bytes.append(0)
    }

    /// `{a,b,NULL}` (Postgres manual, §8.15.2).
    private mutating func list<Element>(
        _ elements: [Element?], _ write: (inout ParameterBuffer, Element) -> Void
    ) {
        raw("{")
        var isFirst = true
        for element in elements {
            if !isFirst { raw(",") }
            isFirst = false
            if let element { write(&self, element) } else { raw("NULL") }
        }
        raw("}")
    }

    private mutating func raw(_ text: String) {
        if text.utf8.contains(0) { holdsZero = true }
        bytes.append(contentsOf: text.utf8)
    }

    /// Always in quotes: so an empty text, a `NULL` or a brace needs no rule of its own.
    private mutating func quoted(_ text: String) {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        var text = text
        bytes.append(quote)
        text.withUTF8 { utf8 in
            // Runs without a special byte are copied whole.
            var start = 0
            for (index, byte) in utf8.enumerated()
            where byte == quote || byte == backslash || byte == 0 {
                if byte == 0 { holdsZero = true }
                bytes.append(contentsOf: utf8[start..<index])
                bytes.append(backslash)
                start = index
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(quote)
    }
}
