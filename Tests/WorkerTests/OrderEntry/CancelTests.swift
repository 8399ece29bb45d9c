import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("Cancel") struct CancelTests {
    private static let cancel = EntryWorld.cancel

    @Test(
        "the whole transition, from every state that has one",
        arguments: [
            (OrderState.pendingQueued, "QUEUED", "PENDING-QUEUED"),
            (.pending, "PENDING", "PENDING"), (.modifying, "PENDING", "PENDING"),
        ])
    func transition(state: OrderState, execution: String, order: String) throws {
        let world = try EntryWorld {
            $0.orders = [
                try $0.resting(41, state) { order in
                    if state == .modifying { order.stateBefore = .pending }
                    order.ids.set("MOD600", "modify")
                    order.requests.modifyID = LifecycleID(.modify, number: 600)
                    order.requests.modifyPrice = 1
                }
            ]
        }
        let account = try world.account()
        let step = try world.accept(Self.cancel.with(["initiator": "AUTOCUTOFF"]), on: account)
        #expect(step.type == .orderCancelRequested)
        #expect(step.newIDs.map(\.text) == ["CXL700"])
        #expect(step.details.byName == ["initiator": "AUTOCUTOFF"])
        // What was in flight before stays known: it may still be answered.
        var changes: [String: String?] = [
            "state": "cancelling", "state_before": state.rawValue, "status": "PENDING-CANCEL",
            "ids": "MOD600=modify CXL700=cancel", "cancel_id": "CXL700",
            "requested_at": "\(world.now)",
        ]
        if execution != "PENDING" { changes["execution_status"] = "PENDING" }
        if order != "PENDING" { changes["order_status"] = "PENDING" }
        #expect(try step.changes(from: account) == changes)
        #expect(step.answer?.result.lifecycleID?.text == "CXL700")
    }

    @Test("what the provider is sent")
    func sent() throws {
        let world = try EntryWorld {
            $0.orders = [try $0.resting(41, .pending, .sellStop)]
        }
        let sent = try #require(try world.accept(Self.cancel).sends.first)
        #expect(sent.id.text == "CXL700")
        #expect(
            sent.fields.byName == [
                "v": "1", "type": "order", "key": "user_holdings:{live:7}:41",
                "original_id": "41", "cancel_id": "CXL700", "symbol": "EURUSD",
                "order_type": "SELL_STOP", "status": "CANCELLED", "ts": "\(world.now)",
                "account_number": "A-7", "idempotency_key": "req-1",
            ])
    }

    @Test("a modify and its cancel behind each other: the modify is what the cancel returns to")
    func behindModify() throws {
        var world = try EntryWorld { $0.orders = [try $0.resting()] }
        let account = try world.account()
        let modified = try account.applying(
            try world.accept(EntryWorld.modify, on: account), at: try world.prices(), random: 0,
            now: world.now
        ).account
        world.number = 701
        let order = try #require(
            try world.accept(Self.cancel.with(["request_id": "req-2"]), on: modified).order)
        #expect(order.state == .cancelling)
        #expect(order.stateBefore == .modifying)
        #expect(order.requests.modifyPrice?.text == "1.06")
        #expect(order.ids.text == "MOD700=modify CXL701=cancel")
    }

    @Test("refusals", arguments: rows)
    func refused(row: RefusalRow) throws { try row.check() }

    private static let rows: [RefusalRow] = [
        RefusalRow("missing_field: order_id", cancel, ["order_id": ""]),
        RefusalRow(
            "invalid_field: order_id must be a positive decimal number of 63 bits", cancel,
            ["order_id": "-41"]),
        RefusalRow(
            "invalid_field: initiator is none of USER, ADMIN, AUTOCUTOFF, COPY", cancel,
            ["initiator": "0"]),
        RefusalRow("unknown_field: order_price", cancel, ["order_price": "1"]),
        RefusalRow("expired", cancel, ["ttl_ms": "4"]),
        RefusalRow("account_unknown", cancel) { $0.balance = nil },
        RefusalRow("order_unknown", cancel),
        RefusalRow("order_unknown", cancel) { $0.orders = [try $0.resting(42)] },
        RefusalRow("state: cancelled", cancel) {
            $0.done = [OrderID(number: 41): OrderDone(try $0.order(41, .cancelled))]
        },
    ]
}
