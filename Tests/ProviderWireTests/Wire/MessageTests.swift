import ProviderWire
import Shared
import Testing

struct MessageTests {
    @Test func aMessageLeavesWithItsNumbersAndWithoutWhatIsOurs() throws {
        let fields = Fields([
            "v": "1", "type": "order", "key": "user_holdings:{live:7}:41", "order_id": "41",
            "symbol": "EURUSD", "status": "OPEN", "ts": "1767600000000", "order_quantity": "1.5",
            "order_price": "1.09", "contract_value": "92233720368.54775807",
            "account_number": "007",
        ])
        let map = try OutgoingMessage.map(fields) { $0 == "v" || $0 == "key" }
        #expect(
            map
                == .map([
                    "type": .text("order"), "order_id": .text("41"), "symbol": .text("EURUSD"),
                    "status": .text("OPEN"), "ts": .integer(1_767_600_000_000),
                    "order_quantity": .double(1.5), "order_price": .double(1.09),
                    "contract_value": .text("92233720368.54775807"),
                    "account_number": .text("007"),
                ]))
    }

    @Test func aTimeThatIsNoneIsNotSent() {
        #expect(throws: WireError.notWhole("ts")) {
            try OutgoingMessage.map(Fields(["ts": "noon"])) { _ in false }
        }
    }

    private func report(_ map: WireMap) throws -> IncomingReport {
        guard case .report(let report) = try IncomingMessage(.map(map), received: 99) else {
            throw WireError.notAReport
        }
        return report
    }

    @Test func aReportIsReadInItsOwnNames() throws {
        let report = try report([
            "type": .text(" Execution_Report "), "order_id": .integer(41),
            "ord_status": .text("EXECUTED"), "avgpx": .double(1650.1), "cumqty": .float(0.1),
            "exec_id": .text("E1"), "side": .null, "ts": .integer(5), "mode": .text("live"),
        ])
        #expect(report.id == "41" && report.status == "EXECUTED")
        let expected: KeyValuePairs = [
            "v": "1", "type": "execution_report", "order_id": "41", "exec_id": "E1",
            "ord_status": "EXECUTED", "avgpx": "1650.1", "cumqty": "0.1", "ts": "5",
        ]
        for (name, value) in expected { #expect(report.fields[name] == value, "\(name)") }
        #expect(report.fields["side"] == nil)
    }

    @Test func theRestOfAFrameStaysReadable() throws {
        let plain = try report([
            "order_id": .text("41"), "ord_status": .text("ACK"), "venue": .text("LD4"),
            "key": .text("forged"), "deferrals": .text("9"),
        ])
        #expect(plain.fields["ts"] == "99")
        #expect(plain.fields["key"] == nil && plain.fields["deferrals"] == nil)
        #expect(plain.fields["raw"]?.contains(#""venue":"LD4""#) == true)

        let fix = try report([
            "type": .text("execution_report"), "ts": .text("7"),
            "raw": .map(["11": .text("SL5"), "39": .text("0"), "6": .double(1.25)]),
        ])
        #expect(fix.id == "SL5" && fix.status == "0" && fix.fields["ts"] == "7")
        #expect(fix.fields["raw"] == #"{"11":"SL5","39":"0","6":1.25}"#)
    }

    /// Tags of `raw` are looked up at the top, also where the frame says more than is copied.
    @Test func tagsAreFoundBesideUnknownNames() throws {
        let report = try report([
            "type": .text("execution_report"), "venue": .text("LD4"),
            "raw": .map(["11": .text("41"), "39": .text("2")]),
        ])
        #expect(report.id == "41")
        #expect(report.fields["raw"]?.contains(#""39":"2""#) == true)
        #expect(report.fields["raw"]?.contains(#""venue":"LD4""#) == true)
    }

    @Test(arguments: ["fields", "message"])
    func aReportMayBeWrapped(_ wrapper: String) throws {
        var map = WireMap()
        try map.add(wrapper, .map(["11": .text("CLS9"), "39": .text("8")]))
        let report = try report(map)
        #expect(report.id == "CLS9" && report.status == "8")
    }

    @Test func aRecoveryNeedsNoStatus() throws {
        let report = try report([
            "order_id": .text("41"), "mode": .text("recovery"), "_recovery_new_id": .text("N1"),
        ])
        #expect(report.fields["_recovery_new_id"] == "N1")
    }

    @Test func whatSaysThatItIsSomethingElseIs() throws {
        let other = try IncomingMessage(.map(["type": .text("heartbeat")]), received: 0)
        #expect(other == .other(type: "heartbeat"))
    }

    static let unreadable: [(WireValue, WireError)] = [
        (.integer(1), .notAMap), (.array([]), .notAMap), (.map([:]), .notAReport),
        (.map(["order_id": .text("41")]), .notAReport),
        (.map(["ord_status": .text("EXECUTED")]), .notAReport),
        (.map(["order_id": .array([]), "ord_status": .text("x")]), .nested("order_id")),
        (
            .map(["order_id": .text("1"), "ord_status": .text("x"), "avgpx": .double(.nan)]),
            .notFinite("avgpx")
        ),
        (.map(["type": .map([:])]), .nested("type")),
        (.map(["order_id": .bytes([0xff]), "ord_status": .text("x")]), .notUTF8),
    ]

    @Test(arguments: unreadable)
    func whatIsNoReportIsATypedError(_ value: WireValue, _ error: WireError) {
        #expect(throws: error) { try IncomingMessage(value, received: 0) }
    }

    @Test func theWholeIsReadableAsJSON() {
        let value = WireValue.map([
            "a": .array([.null, .bool(true), .integer(-1), .unsigned(.max), .double(0.5)]),
            "b": .bytes([0xff, 0x01]), "c": .double(.infinity), "d": .text("\"\n"),
        ])
        #expect(
            value.json
                == #"{"a":[null,true,-1,18446744073709551615,0.5],"b":"ff01","c":"inf","#
                + #""d":"\"\u000a"}"#)
    }
}
