import Testing

@testable import Shared

@Suite struct OrdStatusTests {
    private static let spellings: [OrdStatus: [String]] = [
        .executed: ["EXECUTED", "executed", "Executed", "FILLED", "2"],
        .pending: ["PENDING", "pending", "0", "A", "a"],
        .modify: ["MODIFY", "Modify", "5"],
        .cancelled: ["CANCELLED", "CANCELED", "cancelled", "Canceled", "4", "C", "c"],
        .rejected: ["REJECTED", "Rejected", "8"],
        .acknowledged: ["ACK", "ack", "6", "E", "e"],
        .partial: ["1"],
    ]

    @Test(arguments: OrdStatus.allCases)
    func aStatusIsReadInAnySpelling(_ status: OrdStatus) throws {
        for text in try #require(OrdStatusTests.spellings[status]) {
            #expect(OrdStatus(text: text) == status)
        }
    }

    /// FIX has more statuses than this house books: done for day, stopped, suspended, expired, …
    @Test(arguments: ["", " ", "3", "7", "9", "B", "D", "F", "10", "EXECUTE", "PARTIALLY_FILLED"])
    func anotherTextIsNone(_ text: String) {
        #expect(OrdStatus(text: text) == nil)
    }
}
