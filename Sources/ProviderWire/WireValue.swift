/// A value as MessagePack knows them, but for extensions.
package indirect enum WireValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A whole number above `Int64.max`; smaller ones are `integer`.
    case unsigned(UInt64)
    case float(Float)
    case double(Double)
    case text(String)
    case bytes([UInt8])
    case array([WireValue])
    case map(WireMap)

    /// The map that it is; nil for anything else.
    package var map: WireMap? {
        guard case .map(let map) = self else { return nil }
        return map
    }
}

/// Names and values in the order in which they came.
package struct WireMap: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package struct Pair: Sendable, Equatable {
        package let name: String
        package let value: WireValue
    }

    package private(set) var pairs: [Pair] = []

    package init() {}

    /// Names that are known to differ.
    package init(dictionaryLiteral pairs: (String, WireValue)...) {
        self.pairs = pairs.map { Pair(name: $0.0, value: $0.1) }
    }

    package subscript(name: String) -> WireValue? { pairs.first { $0.name == name }?.value }

    /// Throws where the name is there already.
    package mutating func add(_ name: String, _ value: WireValue) throws(WireError) {
        guard self[name] == nil else { throw .duplicateKey(name) }
        append(Pair(name: name, value: value))
    }

    /// Adds a pair whose name is known to be new.
    mutating func append(_ pair: Pair) { pairs.append(pair) }
}
