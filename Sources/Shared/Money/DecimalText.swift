/// Decimal text to raw values and back, over bytes and without an allocation on the way.
enum DecimalText {
    /// Digits behind the point, and one in units of the last of them.
    static let places = 8
    static let scale: Int64 = 100_000_000

    /// What becomes of digits behind the eighth.
    enum Excess {
        case refused
        case rounded
    }

    /// The raw value of plain decimal text.
    static func parse(
        _ bytes: some Collection<UInt8>, excess: Excess
    ) throws(NumberError) -> Int64 {
        let result = bytes.withContiguousStorageIfAvailable { buffer in
            Result { () throws(NumberError) in try scan(buffer, excess: excess) }
        }
        if let result { return try result.get() }
        return try parse(Array(bytes), excess: excess)
    }

    /// Plain decimal text of a raw value, without trailing zeros.
    static func text(of raw: Int64) -> String {
        let scale = UInt64(Self.scale)
        var (whole, fraction) = raw.magnitude.quotientAndRemainder(dividingBy: scale)
        var decimals = fraction == 0 ? 0 : places
        while decimals > 0, fraction % 10 == 0 {
            fraction /= 10
            decimals -= 1
        }
        let head = (raw < 0 ? 1 : 0) + digitCount(of: whole)
        let count = head + (decimals == 0 ? 0 : decimals + 1)
        return String(unsafeUninitializedCapacity: count) { bytes in
            var end = count
            if decimals > 0 {
                write(&fraction, digits: decimals, into: bytes, before: &end)
                end -= 1
                bytes[end] = Ascii.point
            }
            write(&whole, digits: digitCount(of: whole), into: bytes, before: &end)
            if raw < 0 { bytes[0] = Ascii.minus }
            return count
        }
    }

    private static func digitCount(of value: UInt64) -> Int {
        var count = 1
        var rest = value / 10
        while rest > 0 {
            rest /= 10
            count += 1
        }
        return count
    }

    private static func write(
        _ value: inout UInt64, digits: Int, into bytes: UnsafeMutableBufferPointer<UInt8>,
        before end: inout Int
    ) {
        for _ in 0..<digits {
            end -= 1
            bytes[end] = Ascii.zero + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }
}

// MARK: - Reading

extension DecimalText {
    /// Checks the form first, then the decimals, then the range: `1.5x` is no number at all, however
    /// long its other faults.
    private static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, excess: Excess
    ) throws(NumberError) -> Int64 {
        guard !bytes.isEmpty else { throw .empty }
        let negative = bytes[0] == Ascii.minus
        let start = negative ? 1 : 0
        guard let point = pointPosition(in: bytes, from: start) else {
            throw .notANumber(quoted(bytes))
        }
        let kept = min(bytes.count, point + 1 + places)
        if kept < bytes.count, excess == .refused { throw .tooManyDecimals(quoted(bytes)) }
        guard var magnitude = digits(bytes, from: start, to: kept, skipping: point) else {
            throw .outOfRange(quoted(bytes))
        }
        for _ in max(0, kept - point - 1)..<places {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .outOfRange(quoted(bytes)) }
            magnitude = product
        }
        // Away from zero on five or more: the digits behind it only make it more.
        let carry: UInt64 = kept < bytes.count && bytes[kept] >= Ascii.five ? 1 : 0
        guard magnitude <= UInt64(Int64.max) - carry else { throw .outOfRange(quoted(bytes)) }
        let value = Int64(magnitude + carry)
        return negative ? -value : value
    }

    /// Where the point stands (the end of the text without one), or nil when the bytes are not
    /// digits, or digits, a point and digits.
    private static func pointPosition(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        var point = bytes.count
        for index in start..<bytes.count where !Ascii.isDigit(bytes[index]) {
            guard bytes[index] == Ascii.point, point == bytes.count else { return nil }
            point = index
        }
        guard point > start, point != bytes.count - 1 else { return nil }
        return point
    }

    /// The digits as one number, or nil when they need more than 64 bits.
    private static func digits(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, skipping point: Int
    ) -> UInt64? {
        var value: UInt64 = 0
        for index in start..<end where index != point {
            let (tens, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, beyond) = tens.addingReportingOverflow(UInt64(bytes[index] - Ascii.zero))
            guard !over, !beyond else { return nil }
            value = sum
        }
        return value
    }

    /// The text for an error: as it came, but not more of it than a log line can hold.
    private static func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let limit = 40
        let head = String(decoding: bytes.prefix(limit), as: UTF8.self)
        return bytes.count > limit ? head + "…" : head
    }
}

/// The few bytes that the texts of this folder are made of.
enum Ascii {
    static let zero = UInt8(ascii: "0")
    static let five = UInt8(ascii: "5")
    static let point = UInt8(ascii: ".")
    static let minus = UInt8(ascii: "-")

    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }
    static func isUpper(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }
    static func isLower(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }
}
