import Shared

/// The misdeeds of a provider, by seed: the same seed and request make the same fault, however
/// often the request is read. Rates are in per mille of all requests.
struct Faults: Sendable, Equatable {
    var seed: UInt64 = 0
    var duplicates = 0
    var rejects = 0
    /// Requests whose answer waits; answers of others overtake it.
    var delays = 0
    /// The longest wait, ms.
    var longestDelay: Int64 = 500
    /// Answers of several reports that come the wrong way round: a fill before its confirmation.
    var reorders = 0

    struct Plan: Sendable, Equatable {
        var isDuplicated: Bool
        var isRejected: Bool
        /// Milliseconds; 0 for none.
        var delay: Int64
        var isReordered: Bool
    }

    func plan(for id: LifecycleID) -> Plan {
        let mixed = id.text.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        var draw = SplitMix(seed: mixed)
        let isDuplicated = draw.perMille(duplicates)
        let isRejected = draw.perMille(rejects)
        let delay =
            draw.perMille(delays) ? 1 + Int64(draw.next() % UInt64(max(1, longestDelay))) : 0
        return Plan(
            isDuplicated: isDuplicated, isRejected: isRejected, delay: delay,
            isReordered: draw.perMille(reorders))
    }
}

/// A small generator whose whole state is its seed.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    mutating func perMille(_ share: Int) -> Bool { next() % 1_000 < UInt64(share) }
}
