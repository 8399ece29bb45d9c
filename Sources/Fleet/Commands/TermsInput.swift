import Shared

/// Terms as a person or a file gives them, checked before any is written.
enum TermsInput {
    static func read(_ invocation: Invocation) throws -> [InstrumentTerms] {
        let pairs = invocation.positionals
        if let path = invocation.option("file") {
            return try all(in: Files.json(of: path), of: path)
        }
        let group = try invocation.required("group", groupName)
        let symbol = try invocation.required("symbol") { try Symbol($0) }
        var fields: [JSONValue.Member] = []
        for pair in pairs {
            guard let sign = pair.firstIndex(of: "=") else {
                throw invocation.fail("'\(pair)' is not field=value")
            }
            let value = String(pair[pair.index(after: sign)...])
            fields.append(.init(String(pair[..<sign]), .string(value)))
        }
        do {
            return [try terms(group, symbol, fields)]
        } catch {
            throw invocation.fail("\(error)")
        }
    }

    /// All terms of a file, in its order.
    static func all(in json: JSONValue, of path: String) throws -> [InstrumentTerms] {
        var all: [InstrumentTerms] = []
        for group in try members(of: json, path) {
            for instrument in try members(of: group.value, "\(path): \(group.name)") {
                let place = "\(path): \(group.name) \(instrument.name)"
                do {
                    let fields = try members(of: instrument.value, instrument.name)
                    all.append(
                        try terms(groupName(group.name), Symbol(instrument.name), fields))
                } catch {
                    throw Failure("\(place): \(error)")
                }
            }
        }
        guard !all.isEmpty else { throw Failure("\(path) holds no terms") }
        return all
    }

    /// A group's name becomes part of a key, within its hash tag.
    static func groupName(_ text: String) throws -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(text.utf8.count) else {
            throw Failure("a group's name is 1 to 64 of A-Z a-z 0-9 . _ -")
        }
        return text
    }

    static func terms(
        _ group: String, _ symbol: Symbol, _ fields: [JSONValue.Member]
    ) throws -> InstrumentTerms {
        var values: [String: String] = [:]
        for field in fields {
            switch field.value {
            case .string(let text), .number(let text): values[field.name] = text
            case .null: continue
            case .bool, .array, .object:
                throw Failure("'\(field.name)' must be a text or a number")
            }
        }
        let terms = try InstrumentTerms(symbol: symbol, group: group) { [values] in values[$0] }
        let known = Set(terms.fields.map(\.name)).subtracting(["group"])
        if let unknown = values.keys.sorted().first(where: { !known.contains($0) }) {
            throw Failure(
                "unknown field '\(unknown)'; known: \(known.sorted().joined(separator: ", "))")
        }
        return terms
    }

    private static func members(
        of json: JSONValue, _ place: String
    ) throws -> [JSONValue.Member] {
        guard case .object(let members) = json else { throw Failure("\(place): must be an object") }
        return members
    }
}
