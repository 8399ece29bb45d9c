import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("Modify") struct ModifyTests {
    private static let modify = EntryWorld.modify

    @Test("the whole transition")
    func transition() throws {
        let world = try EntryWorld { $0.orders = [try $0.resting()] }
        let account = try world.account()
        let fields = Self.modify.with(["order_quantity": "2", "initiator": "ADMIN"])
        let step = try world.accept(fields, on: account)
        #expect(step.type == .orderModifyRequested)
        #expect(step.eventID.text == "request/req-1")
        #expect(step.newIDs.map(\.text) == ["MOD700"])
        #expect(step.ledger.isEmpty)
        #expect(step.details.byName == ["initiator": "ADMIN", "sent_price": "1.0599"])
        // What stands stays until the provider has confirmed the change.
        #expect(
            try step.changes(from: account) == [
                "state": "modifying", "state_before": "pending", "status": "MODIFY",
                "ids": "MOD700=modify", "modify_id": "MOD700",
                "pending_modify_price_user": "1.06", "pending_modify_quantity_user": "2",
                "requested_at": "\(world.now)",
            ])
        #expect(step.answer?.result.order == OrderID(number: 41))
        #expect(step.answer?.result.lifecycleID?.text == "MOD700")
    }

    @Test(
        "what the provider is sent: all that the order is after the change",
        arguments: [
            ("BUY_LIMIT", "1.06", nil, "1.0599", "1", "100000"),
            ("BUY_LIMIT", nil, "0.5", "1.0499", "0.5", "50000"),
            ("BUY_LIMIT", "1.06", "0.5", "1.0599", "0.5", "50000"),
            ("SELL_STOP", "1.06", "0.5", "1.0601", "0.5", "50000"),
        ] as [(String, String?, String?, String, String, String)])
    func sent(
        type: String, price: String?, lots: String?, sentPrice: String, sentLots: String,
        units: String
    ) throws {
        let type = try OrderType(text: type)
        let world = try EntryWorld { $0.orders = [try $0.resting(41, .pending, type)] }
        let step = try world.accept(
            Self.modify.with(["order_price": price, "order_quantity": lots]))
        let sent = try #require(step.sends.first)
        #expect(sent.id.text == "MOD700")
        #expect(
            sent.fields.byName == [
                "v": "1", "type": "order", "key": "user_holdings:{live:7}:41",
                "original_id": "41", "modify_id": "MOD700", "symbol": "EURUSD",
                "order_type": type.rawValue, "status": "MODIFY", "ts": "\(world.now)",
                "account_number": "A-7", "order_price": sentPrice, "order_quantity": sentLots,
                "contract_value": units, "idempotency_key": "req-1",
            ])
        #expect(step.order?.requests.modifyPrice?.text == price)
        #expect(step.order?.requests.modifyQuantity?.text == lots)
    }

    @Test("what an earlier request wanted is forgotten, its id is not")
    func again() throws {
        let world = try EntryWorld {
            $0.orders = [
                try $0.resting {
                    $0.ids.set("MOD600", "modify")
                    $0.requests.modifyID = LifecycleID(.modify, number: 600)
                    $0.requests.modifyQuantity = 7
                }
            ]
        }
        let order = try #require(try world.accept(Self.modify).order)
        #expect(order.requests.modifyID?.text == "MOD700")
        #expect(order.requests.modifyQuantity == nil)
        #expect(order.ids.text == "MOD600=modify MOD700=modify")
    }

    @Test("another quantity needs no market, and weekends do not matter to an order that rests")
    func quantityOnly() throws {
        var world = try EntryWorld {
            $0.orders = [try $0.resting()]
            $0.now -= 86_400_000
            $0.acceptedAt = $0.now
        }
        world.quotes = [:]
        let lots = ["command": "modify", "order_id": "41", "order_quantity": "3"]
        #expect(try world.accept(lots).order?.state == .modifying)
        #expect(try world.decide(Self.modify) == .refuse("no_price"))
    }

    @Test("the order's own terms count, whatever its group's are by now")
    func ownTerms() throws {
        var world = try EntryWorld { $0.orders = [try $0.resting()] }
        let account = try world.account()
        world.terms["EURUSD"]?["max_lot"] = "1"
        world.terms["EURUSD"]?["spread"] = "200"
        let step = try world.accept(
            Self.modify.with(["order_quantity": "40"]), on: account)
        #expect(step.sends.first?.fields["order_price"] == "1.0599")
    }

    @Test("refusals", arguments: fieldRows + orderRows)
    func refused(row: RefusalRow) throws { try row.check() }

    private static let fieldRows: [RefusalRow] = [
        RefusalRow("missing_field: order_id", modify, ["order_id": nil]),
        RefusalRow(
            "invalid_field: order_id must be a positive decimal number of 63 bits", modify,
            ["order_id": "MOD7"]),
        RefusalRow("missing_field: order_price or order_quantity", modify, ["order_price": nil]),
        RefusalRow("missing_field: order_price or order_quantity", modify, ["order_price": ""]),
        RefusalRow("not_a_number: order_price", modify, ["order_price": "1,06"]),
        RefusalRow("too_many_decimals: order_price", modify, ["order_price": "1.060000001"]),
        RefusalRow("out_of_range: order_price", modify, ["order_price": "999999999999"]),
        RefusalRow("invalid_field: order_price must be above zero", modify, ["order_price": "0"]),
        RefusalRow("not_a_number: order_quantity", modify, ["order_quantity": "one"]),
        RefusalRow(
            "too_many_decimals: order_quantity", modify, ["order_quantity": "0.000000001"]),
        RefusalRow(
            "invalid_field: order_quantity must be above zero", modify,
            ["order_quantity": "-1"]),
        RefusalRow(
            "invalid_field: initiator is none of USER, ADMIN, AUTOCUTOFF, COPY", modify,
            ["initiator": "me"]),
        RefusalRow("unknown_field: stop_loss", modify, ["stop_loss": "1"]),
        RefusalRow("unknown_field: symbol", modify, ["symbol": "EURUSD"]),
        RefusalRow("expired", modify, ["ttl_ms": "4"]),
        RefusalRow("account_unknown", modify) { $0.balance = nil },
        RefusalRow("order_unknown", modify),
    ]

    private static func resting(
        _ text: String, _ changes: [String: String?] = [:],
        in change: @escaping @Sendable (inout EntryWorld) throws -> Void = { _ in }
    ) -> RefusalRow {
        RefusalRow(text, modify, changes) {
            $0.orders = [try $0.resting { $0.takeProfit.price = 2 }]
            try change(&$0)
        }
    }

    private static let orderRows: [RefusalRow] = [
        resting("memory_full") { $0.pressure = .memoryFull },
        resting("overloaded") { $0.pressure = .overloaded },
        resting("account_disabled") { $0.isEnabled = false },
        resting(
            "lot_step: order_quantity must be a multiple of 0.01", ["order_quantity": "0.015"]),
        resting("max_lot: order_quantity must be at most 50", ["order_quantity": "50.01"]),
        RefusalRow(
            "min_lot: order_quantity must be at least 0.1", modify, ["order_quantity": "0.09"]
        ) {
            $0.terms["EURUSD"]?["min_lot"] = "0.1"
            $0.orders = [try $0.resting()]
        },
        resting("no_price") { $0.quotes["EURUSD"]?.bid = "0" },
        resting("stale_price") { $0.quotes["EURUSD"]?.age = 5_001 },
        resting("wrong_side: order_price must be below 1.1003", ["order_price": "1.1003"]),
        resting(
            "invalid_field: order_price must be above the half spread, 0.0001",
            ["order_price": "0.0001"]),
        RefusalRow(
            "wrong_side: order_price must be above 1.0999", modify, ["order_price": "1.0999"]
        ) { $0.orders = [try $0.resting(41, .pending, .sellLimit, price: "1.2")] },
        // Legs that wait in the order would be wrong for the new price.
        RefusalRow("wrong_side: stop_loss must be below 1.03", modify, ["order_price": "1.03"]) {
            let level = try Price("1.04")
            $0.orders = [try $0.resting { $0.stopLoss.price = level }]
        },
        RefusalRow(
            "wrong_side: take_profit must be above 1.06", modify
        ) {
            let level = try Price("1.06")
            $0.orders = [try $0.resting { $0.takeProfit.price = level }]
        },
        resting("out_of_range: order_quantity", ["order_quantity": "50"]) { world in
            world.terms["EURUSD"]?["contract_size"] = "10000000000"
            world.leverage = 1
            world.orders = [try world.resting()]
        },
    ]
}
