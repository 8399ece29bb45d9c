import CMsgpack
package import ProviderWire

/// MessagePack by Debian's libmsgpack: the only code that sees one of its types.
package enum MessagePack {
    /// The bytes of a value. Throws where the library has no memory.
    package static func encode(_ value: WireValue) throws(WireError) -> [UInt8] {
        var buffer = msgpack_sbuffer()
        msgpack_sbuffer_init(&buffer)
        defer { msgpack_sbuffer_destroy(&buffer) }
        let status = withUnsafeMutablePointer(to: &buffer) { buffer in
            var packer = msgpack_packer()
            msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write)
            return pack(value, &packer)
        }
        guard status == 0 else { throw .library(status) }
        guard let data = buffer.data else { return [] }
        return data.withMemoryRebound(to: UInt8.self, capacity: buffer.size) {
            Array(UnsafeBufferPointer(start: $0, count: buffer.size))
        }
    }

    /// The one value that the bytes are. Its build is checked before the library sees it.
    package static func decode(
        _ bytes: [UInt8], limits: WireLimits = WireLimits()
    ) throws(WireError) -> WireValue {
        // A closure of the standard library would lose the type of what is thrown.
        let result = bytes.withUnsafeBufferPointer { bytes in
            Result { () throws(WireError) in
                try Shape.check(bytes, limits: limits)
                return try unpack(bytes)
            }
        }
        return try result.get()
    }

    private static func unpack(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) -> WireValue {
        var unpacked = msgpack_unpacked()
        msgpack_unpacked_init(&unpacked)
        defer { msgpack_unpacked_destroy(&unpacked) }
        var offset = 0
        let status = bytes.withMemoryRebound(to: CChar.self) {
            msgpack_unpack_next(&unpacked, $0.baseAddress, $0.count, &offset)
        }
        guard status == MSGPACK_UNPACK_SUCCESS else { throw .library(status.rawValue) }
        return try WireValue(unpacked.data)
    }
}

/// 0, or what the library answered first that was not.
private func pack(_ value: WireValue, _ packer: inout msgpack_packer) -> Int32 {
    switch value {
    case .null: msgpack_pack_nil(&packer)
    case .bool(let value): value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer)
    case .integer(let value): msgpack_pack_int64(&packer, value)
    case .unsigned(let value): msgpack_pack_uint64(&packer, value)
    case .float(let value): msgpack_pack_float(&packer, value)
    case .double(let value): msgpack_pack_double(&packer, value)
    case .text(let text): pack(text, &packer)
    case .bytes(let bytes): msgpack_pack_bin_with_body(&packer, bytes, bytes.count)
    case .array(let values): pack(values, &packer)
    case .map(let map): pack(map, &packer)
    }
}

private func pack(_ text: String, _ packer: inout msgpack_packer) -> Int32 {
    var text = text
    return text.withUTF8 { msgpack_pack_str_with_body(&packer, $0.baseAddress, $0.count) }
}

private func pack(_ values: [WireValue], _ packer: inout msgpack_packer) -> Int32 {
    var status = msgpack_pack_array(&packer, values.count)
    for value in values where status == 0 { status = pack(value, &packer) }
    return status
}

private func pack(_ map: WireMap, _ packer: inout msgpack_packer) -> Int32 {
    var status = msgpack_pack_map(&packer, map.pairs.count)
    for pair in map.pairs where status == 0 {
        status = pack(pair.name, &packer)
        if status == 0 { status = pack(pair.value, &packer) }
    }
    return status
}
