import Testing

@testable import Shared

/// What order-entry and the workers send is what a provider of ours reads.
@Suite struct ProviderRequestTests {
    /// One message of each kind, as its factory makes it.
    private static func messages() throws -> [ProviderRequest.Kind: ProviderMessage] {
        let request = try RequestID("r1")
        let id = try LifecycleID("ID1")
        let price = try Price("1.05")
        var position = try testOrder(.open, type: .sell)
        position.money.contractValue = 100_000
        position.stopLoss.id = try LifecycleID("SL1")
        position.takeProfit.id = try LifecycleID("TP1")
        var resting = try testOrder(.pending, type: .sellStop)
        resting.money.contractValue = 100_000
        return [
            .place: .place(position, request: request, at: 9),
            .close: .close(position, id: id, price: price, request: request, at: 9),
            .placePending: .placePending(resting, price: price, request: request, at: 9),
            .modify: .modify(
                resting, id: id, price: price, quantity: 2, contractValue: 200_000,
                request: request, at: 9),
            .cancel: .cancel(resting, id: id, request: request, at: 9),
            .setStopLoss: .placeLeg(
                .stopLoss, of: position, id: id, price: price, request: request, at: 9),
            .setTakeProfit: .placeLeg(
                .takeProfit, of: position, id: id, price: price, request: request, at: 9),
            .cancelStopLoss: .cancelLeg(
                .stopLoss, of: position, id: id, request: request, at: 9),
            .cancelTakeProfit: .cancelLeg(
                .takeProfit, of: position, id: id, request: request, at: 9),
        ]
    }

    private static func fields(_ kind: ProviderRequest.Kind) throws -> Fields {
        try #require(try messages()[kind]).fields
    }

    @Test(arguments: ProviderRequest.Kind.allCases)
    func everyKindIsReadBack(_ kind: ProviderRequest.Kind) throws {
        let message = try #require(try Self.messages()[kind])
        let read = try ProviderRequest(message.fields)
        #expect(read.kind == kind)
        #expect(read.id == message.id)
        #expect(read.account == message.account)
        #expect(read.order.text == "42")
        #expect(read.symbol.text == "EURUSD")
        #expect(read.side == .sell)
        #expect(read.type == (kind.isAboutResting ? .sellStop : .sell))
        #expect(read.idempotencyKey == "r1")
    }

    // Kind, price, lots, units, leg that is cancelled.
    @Test(
        arguments: [
            (.place, "1.1", "1", "100000", nil), (.close, "1.05", "1", "100000", nil),
            (.placePending, "1.05", "1", "100000", nil), (.modify, "1.05", "2", "200000", nil),
            (.cancel, nil, nil, nil, nil), (.setStopLoss, "1.05", "1", "100000", nil),
            (.setTakeProfit, "1.05", "1", "100000", nil),
            (.cancelStopLoss, nil, nil, nil, "SL1"), (.cancelTakeProfit, nil, nil, nil, "TP1"),
        ] as [(ProviderRequest.Kind, String?, String?, String?, String?)])
    func numbers(
        _ kind: ProviderRequest.Kind, _ price: String?, _ lots: String?, _ units: String?,
        _ leg: String?
    ) throws {
        let read = try ProviderRequest(Self.fields(kind))
        #expect(read.price?.text == price)
        #expect(read.quantity?.text == lots)
        #expect(read.contractValue?.text == units)
        #expect(read.legID?.text == leg)
        #expect(read.accountNumber == nil)
    }

    @Test func aLegThatWaitedForItsFillHasNoCommand() throws {
        var fields = try Self.fields(.setStopLoss)
        fields["idempotency_key"] = nil
        fields["account_number"] = "A-7"
        let read = try ProviderRequest(fields)
        #expect(read.idempotencyKey == nil)
        #expect(read.accountNumber == "A-7")
    }

    @Test(
        arguments: [
            (.place, "v", "2", "v '2' is not 1"), (.place, "v", nil, "v '': is required"),
            (.place, "status", nil, "status '': is required"),
            (
                .place, "status", "OPENED",
                "status 'OPENED': is no request that this version knows"
            ),
            (.place, "key", nil, "key '': is required"),
            (.place, "order_id", nil, "order_id '': is required"),
            (.place, "order_id", "43", "order_id '43': is not the order of key"),
            (.modify, "original_id", "43", "original_id '43': is not the order of key"),
            (.cancel, "original_id", nil, "original_id '': is required"),
            (.close, "close_id", nil, "close_id '': is required"),
            (.modify, "modify_id", "", "modify_id '': is required"),
            (.cancel, "cancel_id", nil, "cancel_id '': is required"),
            (.setStopLoss, "stoploss_id", nil, "stoploss_id '': is required"),
            (.setTakeProfit, "takeprofit_id", nil, "takeprofit_id '': is required"),
            (.cancelStopLoss, "stoploss_id", nil, "stoploss_id '': is required"),
            (.cancelTakeProfit, "takeprofit_id", nil, "takeprofit_id '': is required"),
            (
                .cancelStopLoss, "stoploss_cancel_id", nil,
                "stoploss_cancel_id '': is required"
            ),
            (
                .cancelTakeProfit, "takeprofit_cancel_id", nil,
                "takeprofit_cancel_id '': is required"
            ),
            (.place, "symbol", nil, "symbol '': is required"),
            (.place, "order_type", nil, "order_type '': is required"),
            (.place, "order_type", "BUY_STOP", "order_type 'BUY_STOP': does not go with OPEN"),
            (.placePending, "order_type", "BUY", "order_type 'BUY': does not go with PENDING"),
            (.cancel, "order_type", "SELL", "order_type 'SELL': does not go with CANCELLED"),
            (
                .setStopLoss, "order_type", "SELL_LIMIT",
                "order_type 'SELL_LIMIT': does not go with STOPLOSS"
            ),
            (.place, "order_quantity", nil, "order_quantity '': is required"),
            (.place, "order_quantity", "0", "order_quantity '0': must be above zero"),
            (.close, "order_quantity", "-1", "order_quantity '-1': must be above zero"),
            (.modify, "order_quantity", nil, "order_quantity '': is required"),
            (.placePending, "order_price", nil, "order_price '': is required"),
            (.modify, "order_price", "0", "order_price '0': must be above zero"),
            (.setStopLoss, "stoploss", nil, "stoploss '': is required"),
            (.setTakeProfit, "takeprofit", "-1", "takeprofit '-1': must be above zero"),
        ] as [(ProviderRequest.Kind, String, String?, String)])
    func whatCannotBeReadIsNamed(
        _ kind: ProviderRequest.Kind, _ name: String, _ value: String?, _ text: String
    ) throws {
        var fields = try Self.fields(kind)
        fields[name] = value
        let error = #expect(throws: MessageError.self) { try ProviderRequest(fields) }
        #expect(error?.description == text)
        #expect(
            error?.deadReason == (value == "2" && name == "v" ? .unknownVersion : .unreadable))
    }

    /// What a sender saw binds nobody, so it never makes a request unreadable that money hangs on.
    @Test(arguments: [ProviderRequest.Kind.place, .close], [nil, "0"] as [String?])
    func aPriceThatBindsNobody(_ kind: ProviderRequest.Kind, _ price: String?) throws {
        var fields = try Self.fields(kind)
        fields["order_price"] = price
        fields["close_price"] = price
        #expect(try ProviderRequest(fields).price?.text == price)
    }

    @Test(arguments: [ProviderRequest.Kind.setStopLoss, .setTakeProfit])
    func aLegNeedsNoQuantity(_ kind: ProviderRequest.Kind) throws {
        var fields = try Self.fields(kind)
        fields["order_quantity"] = nil
        fields["contract_value"] = nil
        let read = try ProviderRequest(fields)
        #expect(read.quantity == nil)
        #expect(read.contractValue == nil)
    }
}
