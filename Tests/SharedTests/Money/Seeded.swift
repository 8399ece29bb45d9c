@testable import Shared

/// SplitMix64: the same numbers for the same seed, on every machine.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A raw value of any size: as many small ones as large ones, both signs.
    mutating func raw(bits most: Int = 63) -> Int64 {
        let magnitude = Int64(next() >> 1) >> (63 - Int.random(in: 1...most, using: &self))
        return Bool.random(using: &self) ? magnitude : -magnitude
    }
}
