/// Where values of the Redis protocol end; nothing is copied.
enum Resp {
    /// The end of the reply that begins here; nil while it has not arrived whole.
    static func end(ofReplyAt start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard start < bytes.count, let (number, next) = number(at: start + 1, in: bytes) else {
            return nil
        }
        switch bytes[start] {
        case UInt8(ascii: "$"):
            let end = number < 0 ? next : next + number + 2
            return end <= bytes.count ? end : nil
        case UInt8(ascii: "*"):
            var end = next
            for _ in 0..<max(0, number) {
                guard let element = Resp.end(ofReplyAt: end, in: bytes) else { return nil }
                end = element
            }
            return end
        // A number, a status or an error: one line.
        default: return next
        }
    }

    /// The arguments of the command that begins here, and where it ends; nil while it has not
    /// arrived whole.
    static func command(
        at start: Int, in bytes: UnsafeRawBufferPointer
    ) -> (arguments: [Range<Int>], end: Int)? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "*"),
            let (count, first) = number(at: start + 1, in: bytes)
        else { return nil }
        var arguments: [Range<Int>] = []
        var position = first
        for _ in 0..<count {
            guard let (length, next) = number(at: position + 1, in: bytes),
                next + length + 2 <= bytes.count
            else { return nil }
            arguments.append(next..<next + length)
            position = next + length + 2
        }
        return (arguments, position)
    }

    /// The number that a header's line holds, and where the next line begins. Of another line (a
    /// status) the number means nothing.
    private static func number(
        at start: Int, in bytes: UnsafeRawBufferPointer
    ) -> (Int, next: Int)? {
        var value = 0
        var isNegative = false
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\r") {
                return position + 2 <= bytes.count
                    ? (isNegative ? -value : value, position + 2) : nil
            }
            if byte == UInt8(ascii: "-") { isNegative = true }
            value = value &* 10 &+ Int(byte &- 48)
            position += 1
        }
        return nil
    }
}
