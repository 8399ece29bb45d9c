import Shared

extension WireValue {
    /// The value as the text of a field; nil for null. A name is given for the error.
    ///
    /// Throws `nested` for maps and arrays, `notFinite`, and `notUTF8` for bytes that are no text:
    /// older senders pack texts as bytes.
    package func fieldText(_ name: String) throws(WireError) -> String? {
        switch self {
        case .null: return nil
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .unsigned(let value): return String(value)
        case .text(let text): return text
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
            return text
        case .float(let value):
            guard let text = WireNumber.text(value) else { throw .notFinite(name) }
            return text
        case .double(let value):
            guard let text = WireNumber.text(value) else { throw .notFinite(name) }
            return text
        case .array, .map: throw .nested(name)
        }
    }

    /// The value as JSON, for people and for the FIX tags that are looked up in it. Numbers keep
    /// every digit; what JSON has no number for is a text, as are bytes that are no UTF-8 (hex).
    package var json: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .unsigned(let value): String(value)
        case .float(let value): WireNumber.text(value) ?? JSONText.string("\(value)")
        case .double(let value): WireNumber.text(value) ?? JSONText.string("\(value)")
        case .text(let text): JSONText.string(text)
        case .bytes(let bytes):
            JSONText.string(String(validating: bytes, as: UTF8.self) ?? Hex.text(bytes))
        case .array(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .map(let map):
            "{"
                + map.pairs.map { "\(JSONText.string($0.name)):\($0.value.json)" }
                .joined(separator: ",") + "}"
        }
    }
}

/// Bytes as people read them.
package enum Hex {
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
