import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("A leg that is set") struct SetLegTests {
    private static let stop = EntryWorld.setStopLoss
    private static let take = EntryWorld.setTakeProfit

    @Test("the whole transition on a position")
    func position() throws {
        let world = try EntryWorld { $0.orders = [try $0.order(41, .open)] }
        let account = try world.account()
        let step = try world.accept(Self.stop.with(["initiator": "USER"]), on: account)
        #expect(step.type == .orderStopLossRequested)
        #expect(step.newIDs.map(\.text) == ["SL700"])
        #expect(step.details.byName == ["initiator": "USER", "stop_loss_sent": "1.0401"])
        #expect(
            try step.changes(from: account) == [
                "stop_loss": "1.04", "stop_loss_state": "placing", "stoploss_id": "SL700",
                "ids": "SL700=stop_loss", "leg_request": "STOPLOSS", "status": "STOPLOSS",
                "requested_at": "\(world.now)",
            ])
        #expect(step.answer?.result.lifecycleID?.text == "SL700")
    }

    @Test(
        "what the provider is sent: the price with the half spread",
        arguments: [
            (Leg.stopLoss, "BUY", "1.09", "STOPLOSS", "stoploss", "1.0901"),
            (.stopLoss, "SELL", "1.12", "STOPLOSS", "stoploss", "1.1199"),
            (.takeProfit, "BUY", "1.12", "TAKEPROFIT", "takeprofit", "1.1201"),
            (.takeProfit, "SELL", "1.09", "TAKEPROFIT", "takeprofit", "1.0899"),
        ])
    func sent(
        leg: Leg, side: String, price: String, status: String, name: String, sentPrice: String
    ) throws {
        let world = try EntryWorld {
            $0.orders = [
                try $0.order(41, .open, side: try OrderType(text: side)) {
                    $0.money.contractValue = 100_000
                }
            ]
        }
        let command = leg == .stopLoss ? Self.stop : Self.take
        let step = try world.accept(command.with([leg.rawValue: price]))
        let sent = try #require(step.sends.first)
        let id = leg == .stopLoss ? "SL700" : "TP700"
        #expect(sent.id.text == id)
        #expect(
            sent.fields.byName == [
                "v": "1", "type": "order", "key": "user_holdings:{live:7}:41", "order_id": "41",
                "symbol": "EURUSD", "order_type": side, "status": status, "ts": "\(world.now)",
                "account_number": "A-7", "order_status": "OPEN", name: sentPrice,
                name + "_id": id, "order_quantity": "1", "contract_value": "100000",
                "idempotency_key": "req-1",
            ])
        #expect(step.order?[leg].price?.text == price)
        #expect(step.order?[leg].state == .placing)
        #expect(
            step.type == (leg == .stopLoss ? .orderStopLossRequested : .orderTakeProfitRequested))
    }

    @Test(
        "on an order that rests or is on its way the price is kept, and asks nobody",
        arguments: [OrderState.pendingQueued, .pending, .modifying, .cancelling])
    func resting(state: OrderState) throws {
        var world = try EntryWorld {
            let older = try Price("1.03")
            $0.orders = [
                try $0.resting(41, state) {
                    $0.stateBefore = .pending
                    $0.stopLoss.price = older
                }
            ]
        }
        let account = try world.account()
        world.quotes = [:]
        let step = try world.accept(Self.stop, on: account)
        #expect(step.type == .orderStopLossRequested)
        #expect(step.sends.isEmpty && step.newIDs.isEmpty)
        #expect(try step.changes(from: account) == ["stop_loss": "1.04"])
        #expect(step.answer?.result.order == OrderID(number: 41))
        #expect(step.answer?.result.lifecycleID == nil)
        let take = try world.accept(Self.take, on: account)
        #expect(take.type == .orderTakeProfitRequested)
        #expect(try take.changes(from: account) == ["take_profit": "1.2"])
    }

    @Test("a late answer to the cancel of an earlier leg does not meet the new one")
    func afterCancel() throws {
        let world = try EntryWorld {
            $0.orders = [
                try $0.order(41, .open) {
                    $0.ids.set("SL600", "stop_loss")
                    $0.ids.set("SLC601", "stop_loss_cancel")
                    $0.stopLoss.id = LifecycleID(.stopLoss, number: 600)
                    $0.stopLoss.cancelID = LifecycleID(.stopLossCancel, number: 601)
                }
            ]
        }
        let order = try #require(try world.accept(Self.stop).order)
        #expect(order.stopLoss.id?.text == "SL700")
        #expect(order.stopLoss.cancelID == nil)
        #expect(order.ids.text == "SL600=stop_loss SLC601=stop_loss_cancel SL700=stop_loss")
        for (event, id, kind) in [
            (OrderEventKind.stopLossCancelled, "SLC601", IDKind.stopLossCancel),
            (.stopLossCancelled, "SL600", .stopLoss), (.stopLossConfirmed, "SL600", .stopLoss),
        ] {
            let late = OrderMessage(
                key: order.key, event: event, eventID: EventID(text: id),
                reportID: try LifecycleID(id), idKind: kind, status: .cancelled, execID: nil,
                averagePrice: nil, cumulativeQuantity: nil, reason: nil, timestamp: nil,
                arrival: "1-0", report: "")
            #expect(Judgement.of(late, on: .kept(order)) == .ignored(.late))
        }
    }

    /// The other leg is nobody's business.
    @Test("a position has one of each", arguments: [LegState.placing, .active, .cancelling])
    func exists(state: LegState) throws {
        for leg in Leg.allCases {
            let world = try EntryWorld { world in
                let other: Leg = leg == .stopLoss ? .takeProfit : .stopLoss
                var order = try world.order(in: .open, legs: state)
                order[other] = LegOfOrder()
                world.orders = [order]
            }
            #expect(
                try world.decide(leg == .stopLoss ? Self.stop : Self.take)
                    == .refuse(
                        leg == .stopLoss ? "stoploss_already_exists" : "takeprofit_already_exists"))
            let free = try world.accept(leg == .stopLoss ? Self.take : Self.stop)
            #expect(free.order?[leg].state == state)
        }
    }

    @Test("refusals", arguments: rows(stop, .stopLoss) + rows(take, .takeProfit) + sideRows)
    func refused(row: RefusalRow) throws { try row.check() }

    private static func rows(_ set: [String: String], _ leg: Leg) -> [RefusalRow] {
        let name = leg.rawValue
        let other = leg == .stopLoss ? "take_profit" : "stop_loss"
        return [
            RefusalRow("missing_field: order_id", set, ["order_id": nil]),
            RefusalRow(
                "invalid_field: order_id must be a positive decimal number of 63 bits", set,
                ["order_id": "SL41"]),
            RefusalRow("missing_field: \(name)", set, [name: nil]),
            RefusalRow("not_a_number: \(name)", set, [name: "1.04x"]),
            RefusalRow("too_many_decimals: \(name)", set, [name: "1.040000001"]),
            RefusalRow("out_of_range: \(name)", set, [name: "99999999999999"]),
            RefusalRow("invalid_field: \(name) must be above zero", set, [name: "0"]),
            RefusalRow("invalid_field: \(name) must be above zero", set, [name: "-1"]),
            RefusalRow(
                "invalid_field: initiator is none of USER, ADMIN, AUTOCUTOFF, COPY", set,
                ["initiator": "BOT"]),
            RefusalRow("unknown_field: \(other)", set, [other: "1"]),
            RefusalRow("expired", set, ["ttl_ms": "4"]),
            RefusalRow("account_unknown", set) { $0.balance = nil },
            RefusalRow("order_unknown", set),
            RefusalRow("no_price", set) {
                $0.orders = [try $0.order(41, .open)]
                $0.quotes["EURUSD"]?.ask = "0"
            },
            RefusalRow("stale_price", set) {
                $0.orders = [try $0.order(41, .open)]
                $0.quotes["EURUSD"]?.age = 5_001
            },
            RefusalRow(
                "invalid_field: \(name) must be above the half spread, 0.0001", set,
                [name: "0.0001"]
            ) { $0.orders = [try $0.order(41, .open, side: .sell)] },
        ]
    }

    private static func open(
        _ text: String, _ leg: [String: String], _ side: OrderType, _ price: String
    ) -> RefusalRow {
        let name = leg["stop_loss"] == nil ? "take_profit" : "stop_loss"
        return RefusalRow("wrong_side: \(name) must be \(text)", leg, [name: price]) {
            $0.orders = [try $0.order(41, .open, side: side)]
        }
    }

    private static func rests(
        _ text: String, _ leg: [String: String], _ state: OrderState, before: OrderState?,
        _ type: OrderType, _ price: String
    ) -> RefusalRow {
        let name = leg["stop_loss"] == nil ? "take_profit" : "stop_loss"
        return RefusalRow("wrong_side: \(name) must be \(text)", leg, [name: price]) {
            let wanted = try Price("1.03")
            $0.orders = [
                try $0.resting(41, state, type) {
                    $0.stateBefore = before
                    $0.requests.modifyPrice = wanted
                }
            ]
        }
    }

    // The order's price is 1.05, and 1.03 once a change that is out is confirmed.
    private static let sideRows: [RefusalRow] = [
        open("below 1.0999", stop, .buy, "1.0999"), open("above 1.0999", take, .buy, "1.0999"),
        open("above 1.1003", stop, .sell, "1.1003"), open("below 1.1003", take, .sell, "1.1003"),
        rests("below 1.05", stop, .pending, before: nil, .buyLimit, "1.05"),
        rests("above 1.05", take, .pending, before: nil, .buyLimit, "1.05"),
        rests("above 1.05", stop, .pendingQueued, before: nil, .sellStop, "1.04"),
        rests("below 1.05", take, .cancelling, before: .pending, .sellStop, "1.06"),
        rests("below 1.03", stop, .modifying, before: .pending, .buyLimit, "1.04"),
        rests("above 1.05", take, .modifying, before: .pending, .buyLimit, "1.04"),
        rests("below 1.03", stop, .cancelling, before: .modifying, .buyLimit, "1.04"),
        rests("below 1.03", take, .cancelling, before: .modifying, .sellStop, "1.04"),
    ]
}

@Suite("A leg that is cancelled") struct CancelLegTests {
    private static func command(_ leg: Leg) -> [String: String] {
        leg == .stopLoss ? EntryWorld.cancelStopLoss : EntryWorld.cancelTakeProfit
    }

    @Test("the whole transition on a position", arguments: Leg.allCases)
    func position(leg: Leg) throws {
        let world = try EntryWorld { $0.orders = [try $0.order(in: .open, legs: .active)] }
        let account = try world.account()
        let step = try world.accept(Self.command(leg).with(["initiator": "USER"]), on: account)
        let isStop = leg == .stopLoss
        let id = isStop ? "SLC700" : "TPC700"
        let name = isStop ? "stoploss" : "takeprofit"
        let status = isStop ? "STOPLOSS-CANCEL" : "TAKEPROFIT-CANCEL"
        #expect(
            step.type
                == (isStop ? .orderStopLossCancelRequested : .orderTakeProfitCancelRequested))
        #expect(step.newIDs.map(\.text) == [id])
        #expect(step.details.byName == ["initiator": "USER"])
        #expect(
            try step.changes(from: account) == [
                "\(leg.rawValue)_state": "cancelling", "\(name)_cancel_id": id,
                "ids": "\(id)=\(leg.rawValue)_cancel", "leg_request": status, "status": status,
                "requested_at": "\(world.now)",
            ])
        #expect(step.answer?.result.lifecycleID?.text == id)
        let sent = try #require(step.sends.first)
        #expect(sent.id.text == id)
        #expect(
            sent.fields.byName == [
                "v": "1", "type": "order", "key": "user_holdings:{live:7}:41", "order_id": "41",
                "symbol": "EURUSD", "order_type": "BUY", "status": status,
                "ts": "\(world.now)", "account_number": "A-7",
                "\(name)_id": isStop ? "SL3" : "TP3", "\(name)_cancel_id": id,
                "\(leg.rawValue)_cancel_id": id, "idempotency_key": "req-1",
            ])
    }

    @Test(
        "what a resting order keeps is forgotten, and asks nobody",
        arguments: [OrderState.pendingQueued, .pending, .modifying, .cancelling])
    func resting(state: OrderState) throws {
        let world = try EntryWorld {
            $0.orders = [
                try $0.resting(41, state) {
                    $0.stopLoss.price = 1
                    $0.takeProfit.price = 2
                }
            ]
        }
        let account = try world.account()
        for leg in Leg.allCases {
            let step = try world.accept(Self.command(leg), on: account)
            #expect(
                step.type == (leg == .stopLoss ? .orderStopLossCancel : .orderTakeProfitCancel))
            #expect(step.sends.isEmpty && step.newIDs.isEmpty)
            #expect(try step.changes(from: account) == [leg.rawValue: nil])
        }
    }

    @Test("refusals", arguments: Leg.allCases.flatMap(rows))
    func refused(row: RefusalRow) throws { try row.check() }

    private static func rows(_ leg: Leg) -> [RefusalRow] {
        let cancel = command(leg)
        return [
            RefusalRow("missing_field: order_id", cancel, ["order_id": nil]),
            RefusalRow(
                "invalid_field: order_id must be a positive decimal number of 63 bits", cancel,
                ["order_id": "9223372036854775808"]),
            RefusalRow(
                "invalid_field: initiator is none of USER, ADMIN, AUTOCUTOFF, COPY", cancel,
                ["initiator": "BOT"]),
            RefusalRow("unknown_field: \(leg.rawValue)", cancel, [leg.rawValue: "1"]),
            RefusalRow("expired", cancel, ["ttl_ms": "4"]),
            RefusalRow("account_unknown", cancel) { $0.balance = nil },
            RefusalRow("order_unknown", cancel),
            RefusalRow("state: \(leg.rawValue) none", cancel) { $0.orders = [try $0.resting()] },
        ]
            + [LegState.none, .placing, .cancelling].map { state in
                RefusalRow("state: \(leg.rawValue) \(state.rawValue)", cancel) {
                    $0.orders = [try $0.order(in: .open, legs: state)]
                }
            }
    }
}
