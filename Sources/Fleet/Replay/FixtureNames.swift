import Shared

/// Names that a fixture gives to orders, for ids that do not exist when it is written. `$first` stands
/// for the id of the order that was set up or placed as `first`, `$first.takeprofit_id` for a field of
/// its holdings, both as they are when their line is reached.
struct FixtureNames {
    private var orders: [String: OrderKey] = [:]

    mutating func set(_ name: String, _ order: OrderKey) throws {
        guard orders.updateValue(order, forKey: name) == nil else {
            throw Failure("'\(name)' is the name of two orders")
        }
    }

    /// The line with ids and values in the places of names.
    ///
    /// - Parameter holdings: reads an order's holdings.
    func resolved(_ line: String, _ holdings: (OrderKey) throws -> Fields) throws -> String {
        try Self.replaceNames(in: line) { name, field in
            guard let key = orders[name] else { throw Failure("no order is named '\(name)' yet") }
            guard let field else { return key.order.text }
            guard let value = try holdings(key)[field] else {
                throw Failure("order '\(name)' has no field '\(field)'")
            }
            return value
        }
    }

    /// The line as it can be checked before anything has been placed: an id in the place of each
    /// name.
    static func checkable(_ line: String) throws -> String {
        try replaceNames(in: line) { _, _ in "1" }
    }

    private static func replaceNames(
        in line: String, _ value: (_ name: String, _ field: String?) throws -> String
    ) throws -> String {
        var result = ""
        var rest = line[...]
        while let sign = rest.firstIndex(of: "$") {
            result += rest[..<sign]
            rest = rest[rest.index(after: sign)...]
            let name = rest.prefix(while: isOfName)
            guard !name.isEmpty else { throw Failure("'$' must be followed by an order's name") }
            rest = rest.dropFirst(name.count)
            var field: Substring?
            if rest.first == ".", let after = rest.dropFirst().first, isOfName(after) {
                let found = rest.dropFirst().prefix(while: isOfName)
                rest = rest.dropFirst(found.count + 1)
                field = found
            }
            result += try value(String(name), field.map { String($0) })
        }
        return result + rest
    }

    private static func isOfName(_ character: Character) -> Bool {
        character == "_" || (character.isASCII && (character.isLetter || character.isNumber))
    }
}
