import Testing

@testable import Shared

/// Names and values of the wire, as providers of the reference know them.
@Suite struct ProviderMessageTests {
    private func order() throws -> Order {
        var order = try testOrder(.open)
        order.money.contractValue = 100_000
        order.stopLoss.id = try LifecycleID("SL1")
        order.takeProfit.id = try LifecycleID("TP1")
        return order
    }

    private func check(
        _ message: ProviderMessage, _ id: String, _ fields: KeyValuePairs<String, String>,
        type: String = "BUY", names: String = "order_id"
    ) throws {
        #expect(message.id.text == id)
        #expect(message.provider == .house)
        #expect(message.account == (try order().account))
        let common: KeyValuePairs<String, String> = [
            "v": "1", "type": "order", "key": "user_holdings:{live:7}:42", names: "42",
            "symbol": "EURUSD", "order_type": type, "ts": "9",
        ]
        let all = common.map { ($0.key, $0.value) } + fields.map { ($0.key, $0.value) }
        #expect(message.fields.list.count == all.count)
        for (name, value) in all { #expect(message.fields[name] == value, "\(name)") }
    }

    @Test func aPlacement() throws {
        let message = ProviderMessage.place(try order(), request: try RequestID("r1"), at: 9)
        try check(
            message, "42",
            [
                "status": "OPEN", "user_id": "7", "user_type": "live", "order_quantity": "1",
                "order_price": "1.1", "contract_value": "100000", "idempotency_key": "r1",
            ])
    }

    @Test func aClose() throws {
        let id = try LifecycleID("CLS1")
        let message = ProviderMessage.close(
            try order(), id: id, price: try Price("1.2"), request: try RequestID("r1"), at: 9)
        try check(
            message, "CLS1",
            [
                "status": "CLOSED", "close_id": "CLS1", "order_quantity": "1",
                "close_price": "1.2", "contract_value": "100000", "idempotency_key": "r1",
            ])
    }

    @Test func aPendingPlacement() throws {
        var order = try testOrder(.pendingQueued, type: .sellStop)
        order.money.contractValue = 100_000
        let message = ProviderMessage.placePending(
            order, price: try Price("1.0999"), request: try RequestID("r1"), at: 9)
        try check(
            message, "42",
            [
                "status": "PENDING", "order_price": "1.0999", "order_quantity": "1",
                "contract_value": "100000", "idempotency_key": "r1",
            ], type: "SELL_STOP")
    }

    @Test func aModify() throws {
        let message = ProviderMessage.modify(
            try testOrder(.modifying, type: .buyLimit), id: try LifecycleID("MOD1"),
            price: try Price("1.05"), quantity: try Quantity("0.5"), contractValue: 50_000,
            request: try RequestID("r1"), at: 9)
        try check(
            message, "MOD1",
            [
                "status": "MODIFY", "modify_id": "MOD1", "order_price": "1.05",
                "order_quantity": "0.5", "contract_value": "50000", "idempotency_key": "r1",
            ], type: "BUY_LIMIT", names: "original_id")
    }

    @Test func aCancel() throws {
        let message = ProviderMessage.cancel(
            try testOrder(.cancelling, type: .sellLimit), id: try LifecycleID("CXL1"),
            request: try RequestID("r1"), at: 9)
        try check(
            message, "CXL1",
            ["status": "CANCELLED", "cancel_id": "CXL1", "idempotency_key": "r1"],
            type: "SELL_LIMIT", names: "original_id")
    }

    /// A leg that somebody asked for says by which request; one that waited for the fill does not.
    @Test(arguments: Leg.allCases)
    func aLegThatWasAskedFor(_ leg: Leg) throws {
        let id = try LifecycleID("L1")
        let request = try RequestID("r1")
        let placed = ProviderMessage.placeLeg(
            leg, of: try order(), id: id, price: 1, request: request, at: 9)
        #expect(placed.fields["idempotency_key"] == "r1")
        let cancelled = ProviderMessage.cancelLeg(
            leg, of: try order(), id: id, request: request, at: 9)
        #expect(cancelled.fields["idempotency_key"] == "r1")
    }

    @Test(arguments: [
        (Leg.stopLoss, "STOPLOSS", "stoploss"), (.takeProfit, "TAKEPROFIT", "takeprofit"),
    ])
    func aLeg(_ leg: Leg, _ status: String, _ name: String) throws {
        let message = ProviderMessage.placeLeg(
            leg, of: try order(), id: try LifecycleID("L1"), price: try Price("1.05"), at: 9)
        try check(
            message, "L1",
            [
                "status": status, "order_status": "OPEN", name: "1.05", name + "_id": "L1",
                "order_quantity": "1", "contract_value": "100000",
            ])
    }

    @Test(
        arguments: [
            (Leg.stopLoss, "STOPLOSS-CANCEL", "stoploss", "stop_loss", "SL1"),
            (.takeProfit, "TAKEPROFIT-CANCEL", "takeprofit", "take_profit", "TP1"),
        ])
    func aCancelOfALeg(
        _ leg: Leg, _ status: String, _ name: String, _ other: String, _ of: String
    ) throws {
        let message = ProviderMessage.cancelLeg(
            leg, of: try order(), id: try LifecycleID("C1"), at: 9)
        try check(
            message, "C1",
            [
                "status": status, name + "_id": of, name + "_cancel_id": "C1",
                other + "_cancel_id": "C1",
            ])
    }
}
