import Testing

@testable import Shared

@Suite struct OrderMessageTests {
    private static let whole: KeyValuePairs<String, String> = [
        "v": "1", "key": "user_holdings:{live:7}:42", "event": "closeFilled",
        "event_id": "CLS1/EXECUTED/e:X1", "report_id": "CLS1", "id_kind": "close",
        "ord_status": "EXECUTED", "arrival": "5-1", "exec_id": "X 1", "avgpx": "1.1",
        "cumqty": "0.5", "reason": "why", "ts": "17", "report": "{}",
    ]
    private static let optional: Set<String> = [
        "exec_id", "avgpx", "cumqty", "reason", "ts", "report",
    ]

    @Test func aMessageComesBackFromItsFields() throws {
        let fields = Fields(OrderMessageTests.whole)
        let message = try OrderMessage(fields, entry: "9-9")
        #expect(message.fields(in: 1) == fields)
        #expect(message.event == .closeFilled)
        #expect(message.idKind == .close)
        #expect(message.averagePrice == (try Price("1.1")))
        #expect(message.arrival == "5-1")
        #expect(message.account.tag == "live:7")
        #expect(message.order == OrderID(number: 42))
        #expect(message.request == nil)
    }

    @Test func onlyWhatAnEventMayLackMayBeMissing() throws {
        for name in OrderMessageTests.whole.map(\.key) where name != "v" {
            var fields = Fields(OrderMessageTests.whole)
            fields[name] = nil
            if OrderMessageTests.optional.contains(name) {
                #expect(try OrderMessage(fields, entry: "1-1").fields(in: 1) == fields)
            } else {
                let fault = MessageError.unreadable(FieldError(name, "", rule: "is required"))
                #expect(throws: fault) { try OrderMessage(fields, entry: "1-1") }
            }
        }
    }

    @Test(
        arguments: [
            ("key", "42"), ("event", "exploded"), ("report_id", "a b"), ("id_kind", "leg"),
            ("ord_status", "executed"), ("avgpx", "1,1"), ("cumqty", "1.123456789"), ("ts", "now"),
        ])
    func whatCannotBeReadIsNamed(_ name: String, _ text: String) {
        var fields = Fields(OrderMessageTests.whole)
        fields[name] = text
        #expect {
            try OrderMessage(fields, entry: "1-1")
        } throws: { error in
            guard case MessageError.unreadable(let fault) = error else { return false }
            return fault.field == name && fault.text == text
        }
    }

    @Test func anotherVersionIsADeadLetterOfItsOwn() throws {
        var fields = Fields(OrderMessageTests.whole)
        fields["v"] = "2"
        #expect(throws: MessageError.unknownVersion("2")) {
            try OrderMessage(fields, entry: "1-1")
        }
        #expect(MessageError.unknownVersion("2").deadReason == .unknownVersion)
        fields["v"] = nil
        #expect(throws: MessageError.unreadable(FieldError("v", "", rule: "is required"))) {
            try OrderMessage(fields, entry: "1-1")
        }
    }

    @Test func anEventIDTellsReportsApart() throws {
        let id = try LifecycleID("CLS1")
        let texts = [
            (ReportIdentity.exec("X 1"), "CLS1/EXECUTED/e:X%201"),
            (.token("X 1"), "CLS1/EXECUTED/t:X%201"), (.entry("5-1"), "CLS1/EXECUTED/n:5-1"),
        ]
        for (identity, text) in texts {
            #expect(EventID(reported: id, status: .executed, identity: identity).text == text)
        }
        #expect(EventID(request: try RequestID("r:1")).text == "request/r:1")
    }

    @Test func aReportOfOurOwnProvidersSaysWhatItKnows() throws {
        let key = try OrderKey(text: "user_holdings:{demo:1}:5")
        let report = ExecutionReport(
            on: try LifecycleID("5"), key: key, status: .executed, execID: "H1",
            averagePrice: try Price("1.5"), quantity: 2, reason: nil, timestamp: 7)
        #expect(
            report.fields
                == Fields([
                    "v": "1", "type": "execution_report", "order_id": "5",
                    "ord_status": "EXECUTED", "ts": "7", "key": key.text, "exec_id": "H1",
                    "avgpx": "1.5", "cumqty": "2",
                ]))
    }
}
