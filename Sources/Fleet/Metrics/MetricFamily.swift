/// One metric with all its samples, in the text format of Prometheus (exposition format 0.0.4).
struct MetricFamily: Sendable, Equatable {
    enum Kind: String, Sendable { case counter, gauge, histogram }

    /// A name and a value each; names are letters, digits and `_`.
    typealias Labels = KeyValuePairs<String, String>

    let name: String
    let kind: Kind
    let help: String
    private(set) var lines: [String] = []

    init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    mutating func add(_ labels: Labels, _ value: some BinaryInteger) {
        lines.append(name + Self.text(labels) + " \(value)")
    }

    /// A span that was measured in milliseconds; metrics have seconds.
    mutating func add(_ labels: Labels, milliseconds: Int64) {
        lines.append(name + Self.text(labels) + " " + Self.seconds(milliseconds))
    }

    /// - Parameters:
    ///   - bounds: upper bounds of the buckets but the last, ms.
    ///   - counts: of each bucket, one more than bounds; not summed up.
    ///   - sum: of all values, ms.
    mutating func add(_ labels: Labels, bounds: [Int64], counts: [Int], sum: Int64) {
        var total = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? Self.seconds(bounds[index]) : "+Inf"
            lines.append(name + "_bucket" + Self.text(labels, and: bound) + " \(total)")
        }
        lines.append(name + "_sum" + Self.text(labels) + " " + Self.seconds(sum))
        lines.append(name + "_count" + Self.text(labels) + " \(total)")
    }

    var text: String {
        (["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"] + lines)
            .joined(separator: "\n") + "\n"
    }

    /// Whole seconds and three decimals, without binary fractions.
    static func seconds(_ milliseconds: Int64) -> String {
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1_000)
        let sign = milliseconds < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        var digits = String(rest + 1_000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    private static func text(_ labels: Labels, and bound: String? = nil) -> String {
        var parts = labels.map { "\($0.key)=\"\(escape($0.value))\"" }
        if let bound { parts.append("le=\"\(bound)\"") }
        return parts.isEmpty ? "" : "{" + parts.joined(separator: ",") + "}"
    }

    private static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
