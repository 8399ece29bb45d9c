/// Why a text is no JSON, or not the JSON that was asked for.
struct JSONError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// Reads JSON as RFC 8259 has it, strictly: no comments, no comma before a bracket, and no name
/// twice in one object, because one of the two would be lost.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private static let depthLimit = 64

    static func parse(_ bytes: some Sequence<UInt8>) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: Array(bytes))
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == parser.bytes.count else { throw parser.fail("text after the end") }
        return value
    }

    static func parse(_ text: String) throws(JSONError) -> JSONValue { try parse(text.utf8) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func fail(_ rule: String) -> JSONError {
        let line = bytes.prefix(position).count { $0 == UInt8(ascii: "\n") } + 1
        return JSONError(description: "line \(line): \(rule)")
    }

    private mutating func skipBlanks() {
        while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.depthLimit else { throw fail("nested too deeply") }
        skipBlanks()
        guard let first = current else { throw fail("a value is missing") }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { throw fail("a name in quotes is missing") }
            let name = try string()
            guard names.insert(name).inserted else { throw fail("'\(name)' stands there twice") }
            skipBlanks()
            guard take(":") else { throw fail("':' is missing behind '\(name)'") }
            members.append(.init(name, try value(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw fail("'}' or ',' is missing") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipBlanks()
        if take("]") { return .array([]) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw fail("']' or ',' is missing") }
        return .array(values)
    }

    private mutating func word() throws(JSONError) -> JSONValue {
        let known: [(String, JSONValue)] = [
            ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
        ]
        for (text, value) in known where bytes[position...].starts(with: text.utf8) {
            position += text.utf8.count
            return value
        }
        throw fail("'\(Unicode.Scalar(bytes[position]))' begins no value")
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take("-")
        let whole = digits()
        var isNumber = whole == 1 || (whole > 1 && bytes[position - whole] != UInt8(ascii: "0"))
        if take(".") { isNumber = isNumber && digits() > 0 }
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            isNumber = isNumber && digits() > 0
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard isNumber else { throw fail("'\(text)' is no number") }
        return .number(text)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = current, (48...57).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let whole = String(validating: text, as: UTF8.self) else {
                    throw fail("a text is not UTF-8")
                }
                return whole
            case UInt8(ascii: "\\"): text += try escaped()
            case 0..<0x20: throw fail("a control character stands in a text")
            default: text.append(byte)
            }
        }
        throw fail("a text does not end")
    }

    private mutating func escaped() throws(JSONError) -> [UInt8] {
        guard let byte = current else { throw fail("a text does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try codePoint()
        default: throw fail("'\\\(Unicode.Scalar(byte))' escapes nothing")
        }
    }

    private mutating func codePoint() throws(JSONError) -> [UInt8] {
        let first = try hexDigits()
        var units = [first]
        if UTF16.isLeadSurrogate(first) {
            guard take("\\"), take("u") else { throw fail("half a character stands in a text") }
            units.append(try hexDigits())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw fail("half a character stands in a text")
        }
        return Array(text.utf8)
    }

    private mutating func hexDigits() throws(JSONError) -> UInt16 {
        let text = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        guard text.utf8.count == 4, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let unit = UInt16(text, radix: 16)
        else { throw fail("'\\u\(text)' is no character") }
        position += 4
        return unit
    }
}
