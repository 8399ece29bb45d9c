/// A JSON value. Numbers keep their text, so that a decimal stays what it is; objects keep the order
/// of their names.
indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number as JSON writes it.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        let name: String
        let value: JSONValue

        init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    init(_ number: some BinaryInteger) { self = .number(String(number)) }

    init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue {
    /// As one line.
    var text: String {
        var output = ""
        write(to: &output, indent: nil)
        return output
    }

    /// Indented, for people who look at it all the same.
    var prettyText: String {
        var output = ""
        write(to: &output, indent: 0)
        return output
    }

    private func write(to output: inout String, indent: Int?) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .number(let text): output += text
        case .string(let text): Self.quote(text, to: &output)
        case .array(let values):
            Self.list("[", "]", values.count, &output, indent) { index, output, deeper in
                values[index].write(to: &output, indent: deeper)
            }
        case .object(let members):
            Self.list("{", "}", members.count, &output, indent) { index, output, deeper in
                Self.quote(members[index].name, to: &output)
                output += deeper == nil ? ":" : ": "
                members[index].value.write(to: &output, indent: deeper)
            }
        }
    }

    private static func list(
        _ open: String, _ close: String, _ count: Int, _ output: inout String, _ indent: Int?,
        _ element: (Int, inout String, Int?) -> Void
    ) {
        output += open
        let deeper = indent.map { $0 + 2 }
        for index in 0..<count {
            if index > 0 { output += "," }
            if let deeper { output += "\n" + String(repeating: " ", count: deeper) }
            element(index, &output, deeper)
        }
        if let indent, count > 0 { output += "\n" + String(repeating: " ", count: indent) }
        output += close
    }

    private static func quote(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
