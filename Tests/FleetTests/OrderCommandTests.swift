import PostgresDriver
import RedisDriver
import Shared
import TestSupport
import Testing

/// All that can be asked about an order, by the operator's tool and through a provider that has not
/// answered yet: each command is on its way once, and everybody's books agree.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct OrderCommandTests {
    private static let accounts = ["live:9001", "strategy_provider:9101", "copy_follower:9201"]

    @Test(.timeLimit(.minutes(4)))
    func `an order's commands are sent once, kept, and refused where the state says so`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.list("outside", Self.accounts, 1, "barclays", 10_000))
        for tag in Self.accounts {
            let account = try AccountID(tag: tag)
            try checkResting(fleet, account)
            try checkPosition(fleet, account)
        }
        try fleet.awaitRest()
        try fleet.expectClean()
        try checkSent(fleet)
        let steps = try fleet.database.query(
            """
            SELECT DISTINCT string_agg(type, ' ' ORDER BY order_version) AS steps
            FROM order_events WHERE order_id IS NOT NULL GROUP BY order_id ORDER BY steps
            """)
        #expect(
            try steps.map { try $0.text("steps") } == [
                "ORDER_PENDING_PLACED ORDER_TAKEPROFIT_REQUESTED ORDER_STOPLOSS_CANCEL "
                    + "ORDER_CANCEL_REQUESTED",
                "ORDER_PLACED ORDER_OPEN_CONFIRMED ORDER_STOPLOSS_REQUESTED ORDER_SWAP_SET "
                    + "ORDER_CLOSE_ID_UPDATE",
            ])
    }

    /// A limit with a stop loss, of which the provider has said nothing.
    private func checkResting(_ fleet: FleetUnderTest, _ account: AccountID) throws {
        let order = try place(
            fleet, account, ["BUY_LIMIT", "0.01", "--price", "1.05", "--stop-loss", "1.04"])
        try run(fleet, account, order, "modify --price 1.06", refused: "state: pendingQueued")
        try run(fleet, account, order, "set-take-profit 1.2")
        try run(
            fleet, account, order, "set-stop-loss 1.06",
            refused: "wrong_side: stop_loss must be below 1.05")
        try run(fleet, account, order, "cancel-stop-loss --wait")
        try run(
            fleet, account, order, "cancel-stop-loss", refused: "state: stop_loss none")
        try run(fleet, account, order, "cancel")
        try run(fleet, account, order, "cancel", refused: "state: cancelling")
        let holdings = try fleet.hash(account.holdings(order))
        #expect(holdings["take_profit"] == "1.2")
        #expect(holdings["stop_loss"] == nil)
        #expect(holdings["state_before"] == "pendingQueued")
        #expect(holdings["reserved_margin"] == nil)
    }

    private func checkPosition(_ fleet: FleetUnderTest, _ account: AccountID) throws {
        let order = try place(fleet, account, ["BUY", "0.01"])
        let fill = [
            ("v", MessageVersion.current), ("type", "execution_report"),
            ("order_id", order.text), ("ord_status", "EXECUTED"), ("exec_id", "OUT:\(order)"),
            ("avgpx", Terms.ask), ("cumqty", "0.01"),
        ]
        let lane = LaneID(
            queue: .reports, account.partition(of: FleetUnderTest.partitions))
        _ = try fleet.client.call(fleet.append(fill, to: lane)).get()
        let isOpen = eventually(within: .seconds(20)) {
            (try? fleet.hash(account.holdings(order)))?["state"] == "open"
        }
        try #require(isOpen, "\(fleet.complaints)")
        try run(fleet, account, order, "set-stop-loss 1")
        try run(fleet, account, order, "set-stop-loss 1", refused: "stoploss_already_exists")
        try run(
            fleet, account, order, "cancel-stop-loss", refused: "state: stop_loss placing")
        try run(fleet, account, order, "set-swap -3.5")
        try run(fleet, account, order, "close --initiator ADMIN")
        try run(fleet, account, order, "set-take-profit 1.2", refused: "state: closing")
        let holdings = try fleet.hash(account.holdings(order))
        #expect(holdings["swap"] == "-3.5")
        #expect(holdings["stop_loss_state"] == "placing")
        #expect(holdings["close_initiator"] == "ADMIN")
    }

    private func place(
        _ fleet: FleetUnderTest, _ account: AccountID, _ words: [String]
    ) throws -> OrderID {
        let request = "place-\(words[0])"
        try fleet.tool(
            ["order", "place", account.tag, "EURUSD"] + words + ["--request-id", request]
        ).expectSuccess()
        return try OrderID(try #require(fleet.answer(account, request)["order_id"]))
    }

    /// - Parameter command: the tool's words, without account and order.
    private func run(
        _ fleet: FleetUnderTest, _ account: AccountID, _ order: OrderID, _ command: String,
        refused: String? = nil
    ) throws {
        let words = command.split(separator: " ").map(String.init)
        let run = try fleet.tool(
            ["order", words[0], account.tag, order.text] + words.dropFirst())
        #expect(run.run.exit == .exited(refused == nil ? 0 : 1), "\(command): \(run.text)")
        #expect(run.text.contains(refused ?? "accepted"), "\(command): \(run.text)")
    }

    /// Each request once, in a form that a provider of ours reads.
    private func checkSent(_ fleet: FleetUnderTest) throws {
        var kinds: [String: [String]] = [:]
        for lane in FleetUnderTest.lanes(of: Role.provider(FleetUnderTest.outside)) {
            for entry in try fleet.ask("XRANGE", lane.stream, "-", "+").elements ?? [] {
                let pairs = entry.elements?.last?.pairs ?? [:]
                let request = try ProviderRequest(Fields(pairs.map { .init($0.key, $0.value) }))
                kinds[request.account.tag, default: []].append(request.kind.rawValue)
                if request.kind == .placePending { #expect(request.price?.text == "1.0499") }
                if request.kind == .setStopLoss { #expect(request.price?.text == "1.0001") }
            }
        }
        let all = ["PENDING", "CANCELLED", "OPEN", "STOPLOSS", "CLOSED"]
        for account in Self.accounts { #expect(kinds[account] == all, "\(account)") }
    }
}
