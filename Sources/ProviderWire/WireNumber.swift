/// Numbers between decimal text, which is exact, and the binary fractions of the wire.
///
/// A fraction from outside becomes the shortest decimal text that reads back as the same fraction:
/// what its sender's program would have printed. Ours become a fraction only where that text is
/// again our own; else they go as text. So no digit is lost either way.
package enum WireNumber {
    /// Plain decimal text; nil for infinity and not-a-number.
    package static func text(_ value: Double) -> String? {
        value.isFinite ? plain("\(value)") : nil
    }

    /// As above, shortest for the narrower type: 1.1, not 1.10000002384185791015625.
    package static func text(_ value: Float) -> String? {
        value.isFinite ? plain("\(value)") : nil
    }

    /// The fraction that stands for exactly this text; nil where there is none.
    ///
    /// - Parameter decimal: plain decimal text without needless zeros, as our money types write it.
    package static func double(_ decimal: String) -> Double? {
        guard let value = Double(decimal), text(value) == decimal else { return nil }
        return value
    }

    /// Digits and exponent, as Swift prints the shortest, without the exponent.
    private static func plain(_ text: String) -> String {
        let negative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: "e", maxSplits: 1)
        let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count == 2 ? mantissa[1] : ""
        var digits = String(mantissa[0] + fraction)
        // Where the point stands, counted from the first digit.
        var point = mantissa[0].count + exponent
        if point < 0 {
            digits = String(repeating: "0", count: -point) + digits
            point = 0
        }
        if point > digits.count { digits += String(repeating: "0", count: point - digits.count) }
        let whole = digits.prefix(point).drop { $0 == "0" }
        var decimals = digits.dropFirst(point)
        while decimals.last == "0" { decimals.removeLast() }
        let head = whole.isEmpty ? "0" : whole
        let number = decimals.isEmpty ? String(head) : "\(head).\(decimals)"
        return negative && number != "0" ? "-" + number : number
    }
}
