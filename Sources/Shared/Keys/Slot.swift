/// The Redis Cluster slot of a key: CRC16 (XMODEM) of its hash tag, modulo 16384.
package struct Slot: Hashable, Sendable {
    /// 0 … 16383.
    package let number: UInt16

    /// The slot of a hash tag, which is the text between the braces of a key.
    package init(tag: some Collection<UInt8>) {
        number = CRC16.checksum(tag) % 16384
    }

    /// The slot of a whole key: of what stands between its first brace and the next closing one,
    /// if that is not empty, else of the whole key. The rule is Redis Cluster's.
    package init(key: String) {
        let bytes = key.utf8
        if let open = bytes.firstIndex(of: UInt8(ascii: "{")) {
            let rest = bytes[bytes.index(after: open)...]
            if let close = rest.firstIndex(of: UInt8(ascii: "}")), close != rest.startIndex {
                self.init(tag: rest[..<close])
                return
            }
        }
        self.init(tag: bytes)
    }
}

/// CRC16 with the polynomial 0x1021, as Redis Cluster computes it.
package enum CRC16 {
    private static let table: [UInt16] = (0..<256).map { index in
        (0..<8).reduce(UInt16(index) << 8) { value, _ in
            value & 0x8000 != 0 ? (value << 1) ^ 0x1021 : value << 1
        }
    }

    package static func checksum(_ bytes: some Collection<UInt8>) -> UInt16 {
        bytes.reduce(0) { value, byte in
            (value << 8) ^ table[Int(UInt8(truncatingIfNeeded: value >> 8) ^ byte)]
        }
    }
}
