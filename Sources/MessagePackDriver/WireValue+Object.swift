import CMsgpack
import ProviderWire

extension WireValue {
    /// A value that the library has read. Texts and bytes are copied: theirs lie in the frame.
    init(_ object: msgpack_object) throws(WireError) {
        switch object.type {
        case MSGPACK_OBJECT_NIL: self = .null
        case MSGPACK_OBJECT_BOOLEAN: self = .bool(object.via.boolean)
        case MSGPACK_OBJECT_POSITIVE_INTEGER:
            let whole = object.via.u64
            self = Int64(exactly: whole).map { .integer($0) } ?? .unsigned(whole)
        case MSGPACK_OBJECT_NEGATIVE_INTEGER: self = .integer(object.via.i64)
        // Its value was widened exactly, and comes back as it was.
        case MSGPACK_OBJECT_FLOAT32: self = .float(Float(object.via.f64))
        case MSGPACK_OBJECT_FLOAT64: self = .double(object.via.f64)
        case MSGPACK_OBJECT_STR:
            self = .text(try Self.text(object.via.str.ptr, Int(object.via.str.size)))
        case MSGPACK_OBJECT_BIN:
            self = .bytes(Self.bytes(object.via.bin.ptr, Int(object.via.bin.size)))
        case MSGPACK_OBJECT_ARRAY: self = .array(try Self.array(object.via.array))
        case MSGPACK_OBJECT_MAP: self = .map(try Self.map(object.via.map))
        // Extensions were refused before; the library knows nothing else.
        default: throw .library(Int32(bitPattern: object.type.rawValue))
        }
    }

    private static func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> [UInt8] {
        guard let start, count > 0 else { return [] }
        return start.withMemoryRebound(to: UInt8.self, capacity: count) {
            Array(UnsafeBufferPointer(start: $0, count: count))
        }
    }

    private static func text(
        _ start: UnsafePointer<CChar>?, _ count: Int
    ) throws(WireError) -> String {
        guard let text = String(validating: bytes(start, count), as: UTF8.self) else {
            throw .notUTF8
        }
        return text
    }

    private static func array(_ array: msgpack_object_array) throws(WireError) -> [WireValue] {
        var values: [WireValue] = []
        values.reserveCapacity(Int(array.size))
        for index in 0..<Int(array.size) { values.append(try WireValue(array.ptr[index])) }
        return values
    }

    /// Names are texts; FIX tags may be numbers.
    private static func map(_ map: msgpack_object_map) throws(WireError) -> WireMap {
        var pairs = WireMap()
        for index in 0..<Int(map.size) {
            let pair = map.ptr[index]
            let name: String
            switch try WireValue(pair.key) {
            case .text(let text): name = text
            case .integer(let number): name = String(number)
            case .bytes(let bytes):
                guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
                name = text
            case .null, .bool, .unsigned, .float, .double, .array, .map: throw .keyNotText
            }
            try pairs.add(name, try WireValue(pair.val))
        }
        return pairs
    }
}
