import Testing

@testable import Shared

@Suite struct MessageVersionTests {
    @Test func whatIsKnownIsReadAndNothingElse() throws {
        for version in MessageVersion.known {
            #expect(try MessageVersion.check(Fields(["v": String(version)])) == version)
        }
        let (oldest, newest) = (MessageVersion.known.lowerBound, MessageVersion.known.upperBound)
        for text in ["\(oldest - 1)", "\(newest + 1)", "0\(newest)", "+\(newest)", "one", "1.0"] {
            #expect(throws: MessageError.unknownVersion(text)) {
                try MessageVersion.check(Fields(["v": text]))
            }
        }
        for none in [Fields(), Fields(["v": ""])] {
            let error = #expect(throws: MessageError.self) { try MessageVersion.check(none) }
            #expect(error?.deadReason == .unreadable)
        }
    }

    /// What no version has changed must be readable by every binary.
    @Test func whatIsWrittenUnchangedIsKnown() throws {
        #expect(try MessageVersion.check(MessageVersion.current) == 1)
        #expect(MessageVersion.known.contains(1))
    }
}
