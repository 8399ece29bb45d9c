import Testing

@testable import Shared

@Suite struct SlotTests {
    @Test(
        arguments: [
            ("123456789", 0x31C3), ("", 0), ("foo", 0xAF96), ("somekey", 0x6B32),
            ("live:42", 0x1E3B),
        ] as [(String, UInt16)])
    func checksumsAreThoseOfRedis(_ text: String, _ checksum: UInt16) {
        #expect(CRC16.checksum(text.utf8) == checksum)
    }

    /// As CLUSTER KEYSLOT answers: the first brace to the next closing one, if something lies in
    /// between.
    @Test(
        arguments: [
            ("somekey", 11_058), ("foo{hash_tag}", 2_515), ("bar{hash_tag}", 2_515),
            ("{user1000}.following", 3_443), ("{user1000}.followers", 3_443),
            ("foo{}{bar}", 8_363), ("foo{{bar}}zap", 4_015), ("foo{bar}{zap}", 5_061),
            ("foo", 12_182), ("foo{", 7_673), ("{}", 15_257), ("", 0),
        ] as [(String, UInt16)])
    func aKeyGoesByItsTag(_ key: String, _ slot: UInt16) {
        #expect(Slot(key: key).number == slot)
    }

    @Test func everySlotIsInRange() {
        for number in 0..<2_000 { #expect(Slot(key: "k\(number)").number < 16_384) }
    }
}
