import RedisDriver
import Shared
import TestSupport
import Testing

/// What cannot be used is answered or shown, never dropped, and harms nothing beside it.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct BadInputTests {
    /// One command, wrong in one place, and the answer.
    struct BadCommand: Sendable {
        let reason: String
        let changes: [(String, String)]

        init(_ reason: String, _ changes: (String, String)...) {
            self.reason = reason
            self.changes = changes
        }
    }

    private static let commands = [
        BadCommand("unknown_command", ("command", "plaice")),
        BadCommand("missing_field: symbol", ("symbol", "")),
        BadCommand("missing_field: order_quantity", ("order_quantity", "")),
        BadCommand("not_a_number: order_quantity", ("order_quantity", "1e2")),
        BadCommand("not_a_number: order_quantity", ("order_quantity", "0,01")),
        BadCommand("too_many_decimals: order_quantity", ("order_quantity", "0.000000001")),
        BadCommand("out_of_range: order_quantity", ("order_quantity", "99999999999999")),
        BadCommand("invalid_field: order_quantity must be above zero", ("order_quantity", "-1")),
        BadCommand(
            "lot_step: order_quantity must be a multiple of 0.01", ("order_quantity", "0.015")),
        BadCommand("max_lot: order_quantity must be at most 100", ("order_quantity", "101")),
        BadCommand("terms_unknown", ("symbol", "USDJPY")),
        BadCommand("account_unknown", ("user_id", "999999")),
        BadCommand("unknown_field: lots", ("lots", "1")),
    ]

    @Test(.timeLimit(.minutes(4)))
    func `commands with bad fields get their refusal`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 1))
        for (number, bad) in Self.commands.enumerated() {
            let account = try account(of: bad)
            var details = FleetUnderTest.market()
            for (name, value) in bad.changes where name != "user_id" {
                details.removeAll { $0.0 == name }
                details.append((name, value))
            }
            let request = "bad:\(number)"
            try fleet.send([(account, request, details)])
            let answer = try fleet.awaitAnswer(account, request)
            #expect(answer["status"] == "refused", "\(bad)")
            #expect(answer["reason"] == bad.reason, "\(bad)")
        }
        try checkTool(fleet)
        try checkDeadLetters(fleet)
    }

    private func account(of bad: BadCommand) throws -> AccountID {
        let id = bad.changes.first { $0.0 == "user_id" }?.1
        return try AccountID(.live, id ?? "1001")
    }

    /// The same by the operator's tool: refusals are exit 1, words that make no command exit 2.
    private func checkTool(_ fleet: FleetUnderTest) throws {
        let rows: [(words: String, exit: Int32, text: String)] = [
            ("order place live:1001 EURUSD BUY 0.015", 1, "lot_step"),
            ("order place live:1001 USDJPY BUY 0.01", 1, "terms_unknown"),
            ("order place live:555 EURUSD BUY 0.01", 1, "account_unknown"),
            ("order place live:1001 EURUSD BUY 100", 1, "insufficient_margin"),
            ("order close live:1001 1", 1, "order_unknown"),
            ("order modify live:1001 1 --lots 1", 1, "order_unknown"),
            ("order cancel live:1001 1", 1, "order_unknown"),
            ("order set-stop-loss live:1001 1 1", 1, "order_unknown"),
            ("order cancel-take-profit live:1001 1", 1, "order_unknown"),
            ("order set-swap live:1001 1 -5", 1, "order_unknown"),
            ("order set-swap live:1001 1 0.001", 1, "too_many_decimals: swap"),
            ("order place live:1001 EURUSD BUY_LIMIT 0.01 --price 9", 1, "wrong_side"),
            ("order place live:1001 EURUSD BUY 0.01 --stop-loss 9", 1, "wrong_side"),
            ("account withdraw live:1001 99999999", 1, "insufficient_free_margin"),
            ("order place live:1001 EURUSD HOLD 0.01", 2, "HOLD"),
            ("order place live:1001 EURUSD BUY_STOP 0.01", 2, "needs --price"),
            ("order modify live:1001 1", 2, "--price or --lots"),
            ("order modify live:1001 1 --price x", 2, "--price 'x'"),
            ("order cancel live:1001 one", 2, "one"),
            ("order set-take-profit live:1001 1 high", 2, "high"),
            ("order cancel-stop-loss live:1001 1 --initiator me", 2, "initiator"),
            ("order place live:1001 EURUSD BUY lots", 2, "lots"),
            ("order place live:1001 EURUSD BUY", 2, "lots"),
            ("order place alive:1001 EURUSD BUY 0.01", 2, "alive"),
            ("order place live:{1} EURUSD BUY 0.01", 2, "brace"),
            ("order place live:1001 EURUSD BUY 0.000000001", 2, "decimals"),
            ("order place live:1001 EURUSD BUY 0.01 --request-id a/b", 2, "request"),
            ("order plaice", 2, "plaice"),
        ]
        for row in rows {
            let run = try fleet.tool(row.words.split(separator: " ").map(String.init))
            #expect(run.run.exit == .exited(row.exit), "\(row.words): \(run.text)")
            #expect(run.text.contains(row.text), "\(row.words): \(run.text)")
        }
    }

    /// What names nobody who could be answered.
    private func checkDeadLetters(_ fleet: FleetUnderTest) throws {
        let place = FleetUnderTest.market() + [("v", MessageVersion.current)]
        let live = [("user_type", "live"), ("user_id", "1001")]
        let report = [
            ("v", MessageVersion.current), ("type", "execution_report"),
            ("ord_status", "EXECUTED"), ("order_id", "77"),
        ]
        let rows: [(role: Role, fields: [(String, String)], reason: String)] = [
            (.orders, [("hello", "world")], "unreadable"),
            (.orders, place + live, "unreadable"),
            (.orders, place + [("user_type", "live"), ("request_id", "x")], "unreadable"),
            (.orders, place + live + [("request_id", "a b")], "unreadable"),
            (.orders, [("v", "99")] + live + [("request_id", "x")], "unknown_version"),
            (.reports, report.dropLast() + [("order_id", "a b")], "unreadable"),
            (.reports, report + [("cumqty", "one"), ("avgpx", "2")], "unreadable"),
            (.reports, report.filter { $0.0 != "ord_status" }, "unreadable"),
            (.open, [("v", MessageVersion.current), ("key", "nowhere")], "unreadable"),
            (.close, [("v", "1"), ("key", "user_holdings:{live:1}:0")], "unreadable"),
            (.reject, [("key", "")], "unreadable"),
            (.provider(.house), [("v", MessageVersion.current)], "unreadable"),
        ]
        for (number, row) in rows.enumerated() {
            let lane = LaneID(queue: row.role, number % FleetUnderTest.partitions)
            let marked = row.fields + [("mark", "row-\(number)")]
            _ = try fleet.client.call(fleet.append(marked, to: lane)).get()
        }
        try fleet.awaitRest()
        let list = try fleet.tool(["dead", "list"]).expectSuccess().run.output
        #expect(list.contains("dead letters: \(rows.count)"), "\(list)")
        for (number, row) in rows.enumerated() {
            let prefix = "\(row.role.name):\(number % FleetUnderTest.partitions)/"
            let ids = list.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix(prefix) }
            let shown = try ids.map { try fleet.tool(["dead", "show", String($0)]).run.output }
            let own = shown.first { $0.contains("row-\(number)") }
            #expect(own != nil, "row \(number) \(row.fields) is not shown: \(list)")
            #expect(own?.contains(row.reason) ?? true, "row \(number): \(own ?? "")")
        }
        try fleet.expectClean(deadLetters: Int64(rows.count))
    }
}
