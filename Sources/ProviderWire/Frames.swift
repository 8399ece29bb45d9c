/// The frames of the wire: four bytes of length, most significant first, and so many bytes
/// (`workers.md` §2.2).
package enum Frame {
    package static let headerSize = 4

    /// Throws where the body is empty or longer than the limit.
    package static func encode(
        _ body: [UInt8], limits: WireLimits = WireLimits()
    ) throws(WireError) -> [UInt8] {
        guard !body.isEmpty else { throw .emptyFrame }
        guard body.count <= limits.frame else {
            throw .frameTooLong(length: body.count, limit: limits.frame)
        }
        let length = UInt32(body.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + body.count)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
        return bytes + body
    }
}

/// Takes bytes as they arrive, in pieces of any size, and gives back whole frames.
package struct FrameSplitter: Sendable {
    private let limits: WireLimits
    private var buffer: [UInt8] = []
    /// How much of the buffer was given back already.
    private var start = 0

    package init(limits: WireLimits = WireLimits()) { self.limits = limits }

    package mutating func feed(_ bytes: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The body of the next frame that has arrived whole; nil when none has. After an error nothing
    /// more can be read: where the next frame begins is not known.
    package mutating func next() throws(WireError) -> [UInt8]? {
        guard buffer.count - start >= Frame.headerSize else { return nil }
        let header = buffer[start..<start + Frame.headerSize]
        let length = Int(header.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard length > 0 else { throw .emptyFrame }
        guard length <= limits.frame else {
            throw .frameTooLong(length: length, limit: limits.frame)
        }
        let body = start + Frame.headerSize
        guard buffer.count >= body + length else { return nil }
        start = body + length
        return Array(buffer[body..<start])
    }

    /// Bytes of a frame that has begun and not ended.
    package var rest: Int { buffer.count - start }
}
