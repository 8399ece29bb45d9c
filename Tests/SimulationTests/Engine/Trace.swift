import TestSupport

/// What happened, line by line; kept only when somebody wants to read it. The digest is always
/// computed: it tells whether two runs were the same.
struct Trace {
    let isKept: Bool
    private(set) var lines: [String] = []
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    init(isKept: Bool) { self.isKept = isKept }

    mutating func note(_ now: Int64, _ who: String, _ what: @autoclosure () -> String) {
        mix(UInt64(bitPattern: now))
        guard isKept else { return }
        lines.append("\(now % 10_000_000) \(who) \(what())")
    }

    mutating func mix(_ value: UInt64) { digest = (digest ^ value) &* 0x100_0000_01b3 }
}
