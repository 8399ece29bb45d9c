import Shared
import Testing

@testable import Dispatcher

@Suite struct ReportReaderTests {
    private static let plain: KeyValuePairs<String, String> = [
        "type": "execution_report", "order_id": "CLS9", "exec_id": "X1",
        "ord_status": "EXECUTED", "avgpx": "1.1003", "cumqty": "1.5",
    ]

    private func fields(
        _ changes: KeyValuePairs<String, String?> = [:], without: Set<String> = []
    ) -> Fields {
        var fields = Fields(ReportReaderTests.plain)
        for name in without { fields[name] = nil }
        for (name, value) in changes { fields[name] = value }
        return fields
    }

    private func read(_ fields: Fields) throws -> Report { try ReportReader.read(fields) }

    private func fault(_ fields: Fields) -> ReportFault? {
        do throws(ReportFault) {
            _ = try ReportReader.read(fields)
            return nil
        } catch {
            return error
        }
    }

    @Test func aWholeReportIsReadWhole() throws {
        let report = try read(
            fields([
                "v": "1", "reason": "because", "ts": "1700000000123", "idempotency": "T1",
                "key": "user_holdings:{live:7}:42",
            ]))
        #expect(
            report
                == Report(
                    id: try LifecycleID("CLS9"), content: .status(.executed), execID: "X1",
                    token: "T1", averagePrice: try Price("1.1003"),
                    cumulativeQuantity: try Quantity("1.5"), reason: "because",
                    timestamp: 1_700_000_000_123,
                    key: OrderKey(try AccountID(.live, "7"), OrderID(number: 42))))
    }

    @Test(
        arguments: [
            ("EXECUTED", OrdStatus.executed), (" executed ", .executed), ("Filled", .executed),
            ("2", .executed), ("PENDING", .pending), ("0", .pending), ("a", .pending),
            ("modify", .modify), ("5", .modify), ("CANCELLED", .cancelled),
            ("Canceled", .cancelled), ("4", .cancelled), ("C", .cancelled),
            ("rejected", .rejected), ("8", .rejected), ("ack", .acknowledged),
            ("6", .acknowledged), ("e", .acknowledged), ("1", .partial),
        ])
    func everySpellingOfAStatusIsKnown(_ text: String, _ status: OrdStatus) throws {
        #expect(try read(fields(["ord_status": text])).content == .status(status))
        let raw = fields(["raw": #"{"39":"\#(text)"}"#], without: ["ord_status"])
        #expect(try read(raw).content == .status(status))
    }

    @Test(arguments: ["3", "7", "9", "B", "D", "SETTLED", "EXECUTED;"])
    func anotherStatusIsUnknown(_ text: String) {
        let fault = fault(fields(["ord_status": text]))
        #expect(fault == .unknownStatus(text))
        #expect(fault?.deadReason == .unknownStatus)
    }

    @Test(
        arguments: [
            (#"{"11":"MOD1","17":"X2"}"#, ["order_id"], "X1", nil as String?),
            (#"{"11":"MOD1","17":"X2"}"#, ["order_id", "exec_id"], "MOD1", "X2"),
            (#"{"17":"X2"}"#, ["order_id", "exec_id"], "X2", nil),
            (#"{"11":17,"17":null}"#, ["order_id", "exec_id"], "17", nil),
        ])
    func theIdFallsBackInOrderAndAnExecIDThatServesAsItIdentifiesNoFill(
        _ raw: String, _ without: [String], _ id: String, _ exec: String?
    ) throws {
        let report = try read(fields(["raw": raw], without: Set(without)))
        #expect(report.id.text == id)
        #expect(report.execID == (exec ?? (id == "X1" ? "X2" : nil)))
    }

    @Test func theRawFrameServesWhereTheFieldsAreSilent() throws {
        let raw = #"{"6":1.10035,"14":"0.5","17":"X7","39":2,"58":"text","150":"F","x":{"y":[1]}}"#
        let report = try read(
            fields(
                ["raw": raw], without: ["exec_id", "ord_status", "avgpx", "cumqty"]))
        #expect(report.execID == "X7")
        #expect(report.content == .status(.executed))
        #expect(report.averagePrice == (try Price("1.10035")))
        #expect(report.cumulativeQuantity == (try Quantity("0.5")))
        #expect(report.reason == "text")
        let both = try read(fields(["raw": raw, "reason": "field"]))
        #expect(both.averagePrice == (try Price("1.1003")))
        #expect(both.reason == "field")
    }

    @Test(
        arguments: [
            ["idempotency": "T"], ["ideampotency": "T"], ["raw": #"{"idempotency":"T"}"#],
            ["raw": #"{"ideampotency":"T"}"#],
            ["idempotency": "T", "ideampotency": "other"],
        ])
    func theTokenHasFourNames(_ named: [String: String]) throws {
        var all = fields()
        for (name, value) in named { all[name] = value }
        #expect(try read(all).token == "T")
    }

    @Test(arguments: [nil, "", "order", "execution report", "heartbeat"] as [String?])
    func whatIsNoReportIsIgnored(_ type: String?) {
        let fault = fault(fields(["type": type]))
        #expect(fault == .notAReport)
        #expect(fault?.deadReason == nil)
    }

    @Test func theTypeMayBeWrittenInAnyCase() throws {
        #expect(try read(fields(["type": " Execution_Report "])).id.text == "CLS9")
    }

    @Test func anotherVersionIsNotGuessedAt() {
        #expect(fault(fields(["v": "2"])) == .unknownVersion("2"))
        #expect(fault(fields(["v": "2"]))?.deadReason == .unknownVersion)
    }

    @Test(
        arguments: [
            ("order_id", "a b"), ("order_id", "{1}"),
            ("order_id", String(repeating: "9", count: 65)),
            ("avgpx", "abc"), ("avgpx", "5e-05"), ("avgpx", "-1"), ("avgpx", "92233720369"),
            ("cumqty", "1,5"), ("cumqty", "-0.1"), ("ts", "yesterday"), ("ts", "1.5"),
            ("key", "user_holdings:42"), ("key", "user_holdings:{vip:1}:42"),
            ("key", "user_holdings:{live:1}:x"), ("raw", "8=FIX.4.4"), ("raw", "[1]"),
        ])
    func whatCannotBeReadIsADeadLetterThatNamesItsField(_ name: String, _ text: String) {
        guard case .unreadable(let error)? = fault(fields([name: text])) else {
            Issue.record("\(name) \(text) was read")
            return
        }
        #expect(error.field == name)
        #expect(!error.rule.isEmpty)
    }

    @Test func whatNoTableCanKeepIsRefused() {
        for (name, text, field) in [
            ("reason", "a\u{0}b", "reason"), ("anything", "\u{0}", "anything"),
            ("raw", #"{"58":"a\u0000b"}"#, "raw.58"),
        ] {
            guard case .unreadable(let error)? = fault(fields([name: text])) else {
                Issue.record("\(name) was read")
                return
            }
            #expect(error.field == field)
        }
    }

    @Test func tagsOfTheRawFrameAreTextsOrNumbers() {
        for (json, field) in [(#"{"6":true}"#, "raw.6"), (#"{"17":["X"]}"#, "raw.17")] {
            guard case .unreadable(let error)? = fault(fields(["raw": json])) else {
                Issue.record("\(json) was read")
                return
            }
            #expect(error.field == field)
        }
    }

    @Test(arguments: [["avgpx": "1.100300001"], ["cumqty": "0.123456789"]])
    func numbersAreNeverRounded(_ named: [String: String]) {
        var all = fields()
        for (name, value) in named { all[name] = value }
        guard case .tooManyDecimals(let error)? = fault(all) else {
            Issue.record("\(named) was read")
            return
        }
        #expect(named[error.field] == error.text)
        #expect(error.rule == "too_many_decimals")
        #expect(fault(all)?.deadReason == .tooManyDecimals)
    }

    @Test func aNumberOfTheRawFrameKeepsItsDigits() throws {
        let nine = fields(["raw": #"{"6":1.123456789}"#], without: ["avgpx"])
        guard case .tooManyDecimals? = fault(nine) else {
            Issue.record("nine digits were read")
            return
        }
        let eight = fields(["raw": #"{"6":1650.30000001}"#], without: ["avgpx"])
        #expect(try read(eight).averagePrice?.text == "1650.30000001")
        let small = fields(["raw": #"{"6":0.00000001}"#], without: ["avgpx"])
        #expect(try read(small).averagePrice?.raw == 1)
    }

    @Test func aPriceOfZeroIsNone() throws {
        #expect(try read(fields(["avgpx": "0.0"])).averagePrice == nil)
        #expect(try read(fields(["cumqty": "0"])).cumulativeQuantity == .zero)
    }

    @Test(arguments: ["order_id", "ord_status"])
    func whatMustBeThereIsAskedFor(_ name: String) {
        var without: Set<String> = [name]
        if name == "order_id" { without.insert("exec_id") }
        #expect(
            fault(fields(without: without))
                == .unreadable(FieldError(name, "", rule: "is required")))
    }

    @Test func recoveryNeedsNoStatusButTheNewID() throws {
        let recovery = fields(
            ["mode": "Recovery", "_recovery_new_id": "P77"], without: ["ord_status"])
        #expect(try read(recovery).content == .recovery(try LifecycleID("P77")))
        #expect(
            fault(fields(["mode": "recovery"]))
                == .unreadable(FieldError("_recovery_new_id", "", rule: "is required")))
        #expect(try read(fields(["mode": "live"])).content == .status(.executed))
    }
}
