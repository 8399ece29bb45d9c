/// One request to Redis, kept in the wire form that it is sent in: a single buffer, no array of
/// strings. Building one costs one allocation, sending it one copy.
///
/// The name is one word; the second word of a two-word command is its first argument:
/// `RedisCommand("CONFIG", slot: nil, ["GET", "maxmemory"])`.
package struct RedisCommand: Sendable {
    /// The command's first word, which errors name. A script's command is named `EVALSHA`.
    package let name: StaticString
    /// The cluster slot of every key in the command; `nil` when it has no key and any node may
    /// answer. A single server ignores it.
    package let slot: UInt16?
    /// The script that the command runs, when it runs one.
    package let script: Script?

    /// The arguments as bulk strings, one after the other. The header with their number, and what
    /// stands before them, is written when the command is encoded.
    private var body: [UInt8] = []
    private var bodyArguments = 0

    /// A command by name. Arguments may follow here or be appended one by one.
    package init(_ name: StaticString, slot: UInt16?, _ arguments: [String] = []) {
        self.name = name
        self.slot = slot
        self.script = nil
        for argument in arguments { append(argument) }
    }

    /// A call of a script; its arguments (`ARGV`) are appended afterwards.
    ///
    /// - Parameters:
    ///   - keys: `KEYS`, all of one slot.
    ///   - slot: their slot.
    package init(_ script: Script, keys: [String], slot: UInt16?) {
        self.name = "EVALSHA"
        self.slot = slot
        self.script = script
        append(Int64(keys.count))
        for key in keys { append(key) }
    }

    /// How errors and logs name the operation: the command's word, or the script's own name.
    package var operation: String { script?.name ?? name.description }

    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    package mutating func append(_ number: Int64) {
        bodyArguments += 1
        body.appendHeader(Mark.bulk, Int64(decimalLength(of: number)))
        body.appendDecimal(number)
        body.appendLineEnd()
    }

    package mutating func append(_ number: Int) { append(Int64(number)) }

    /// Appends one binary argument.
    package mutating func append(_ bytes: [UInt8]) { append(contentsOf: bytes) }

    /// Appends one argument, made of `utf8`.
    package mutating func append(contentsOf utf8: some Collection<UInt8>) {
        bodyArguments += 1
        body.appendHeader(Mark.bulk, Int64(utf8.count))
        body.append(contentsOf: utf8)
        body.appendLineEnd()
    }

    /// Writes the command as the server reads it.
    ///
    /// - Parameter digest: the script's hexadecimal SHA1, for a script's command; else empty.
    func encode(into output: inout [UInt8], digest: [UInt8]) {
        output.appendHeader(Mark.array, Int64(bodyArguments + (script == nil ? 1 : 2)))
        output.appendHeader(Mark.bulk, Int64(name.utf8CodeUnitCount))
        output.append(
            contentsOf: UnsafeBufferPointer(
                start: name.utf8Start, count: name.utf8CodeUnitCount))
        output.appendLineEnd()
        if script != nil {
            output.appendHeader(Mark.bulk, Int64(digest.count))
            output.append(contentsOf: digest)
            output.appendLineEnd()
        }
        output.append(contentsOf: body)
    }

    /// About how many bytes `encode` writes: never too few.
    var encodedSize: Int { body.count + 128 }
}

/// The first byte of each kind of value on the wire.
private enum Mark {
    static let array = UInt8(ascii: "*")
    static let bulk = UInt8(ascii: "$")
}

extension [UInt8] {
    fileprivate mutating func appendLineEnd() {
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
    }

    fileprivate mutating func appendHeader(_ mark: UInt8, _ count: Int64) {
        append(mark)
        appendDecimal(count)
        appendLineEnd()
    }

    /// Digits straight into the buffer: every argument carries its length, so this runs for each.
    fileprivate mutating func appendDecimal(_ value: Int64) {
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 { append(UInt8(ascii: "-")) }
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }
}

private func decimalLength(of value: Int64) -> Int {
    var length = value < 0 ? 2 : 1
    var rest = value.magnitude / 10
    while rest > 0 {
        length += 1
        rest /= 10
    }
    return length
}
