import Testing

@testable import Statements

@Suite struct RowRequestTests {
    @Test(arguments: [
        ("signal:12", RowRequest("signal", row: 12)),
        ("signal:12:2", RowRequest("signal", row: 12, attempt: 2)),
        ("signal:12:close", RowRequest("signal", row: 12, .close)),
        ("signal:12:sl:5", RowRequest("signal", row: 12, .stopLoss, attempt: 5)),
        ("signal:12:tp", RowRequest("signal", row: 12, .takeProfit)),
        ("s.1_-x:2:modify:10", RowRequest("s.1_-x", row: 2, .modify, attempt: 10)),
    ])
    func aNameIsReadAsItIsWritten(text: String, request: RowRequest) {
        #expect(request.text == text)
        #expect(RowRequest(text) == request)
    }

    @Test func everyStepAndAttemptComesBack() {
        for step in [nil] + RowRequest.Step.allCases.map(Optional.some) {
            for attempt in [1, 2, 3, 11] {
                let request = RowRequest("s", row: 40, step, attempt: attempt)
                #expect(RowRequest(request.text) == request)
            }
        }
    }

    @Test(arguments: [
        "", ":", "signal", "signal:", ":12", "signal:x", "signal:+1", "signal:01", "signal:12:",
        "signal:12:open", "signal:12:1", "signal:12:close:1", "signal:12:close:x",
        "signal:12:close:0", "signal:12:close:2:3", "signal:12:2:close",
    ])
    func whatNoClientWritesIsNoName(text: String) { #expect(RowRequest(text) == nil) }
}
