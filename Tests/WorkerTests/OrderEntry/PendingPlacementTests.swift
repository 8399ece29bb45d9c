import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import OrderEntry

@Suite("An accepted pending order") struct PendingPlacementTests {
    private let place = EntryWorld.placePending

    @Test("the whole transition of a limit with legs")
    func transition() throws {
        let world = EntryWorld()
        let step = try world.accept(
            place.with([
                "order_quantity": "1.5", "stop_loss": "1.04", "take_profit": "1.06",
                "initiator": "COPY",
            ]))
        #expect(step.type == .orderPendingPlaced)
        #expect(step.eventID.text == "request/req-1")
        #expect(step.newIDs.map(\.text) == ["700"])
        #expect(step.ledger.isEmpty)
        #expect(step.details.byName == ["sent_price": "1.0499", "initiator": "COPY"])
        let order = try #require(step.order)
        #expect(
            order.changingFields.byName == [
                "state": "pendingQueued", "order_type": "BUY_LIMIT", "order_quantity": "1.5",
                "order_price": "1.05", "version": "0", "contract_value": "150000",
                "stop_loss": "1.04", "take_profit": "1.06", "placed_by": "req-1",
                "requested_at": "\(world.now)", "status": "PENDING-QUEUED",
                "order_status": "PENDING-QUEUED", "execution_status": "QUEUED",
            ])
        #expect(order.placement.placedAs == .buyLimit)
        #expect(order.placement.createdAt == world.now)
        #expect(step.answer?.result.order == OrderID(number: 700))
    }

    @Test("what its provider is sent: the price with the half spread, and no legs yet")
    func sent() throws {
        let world = EntryWorld()
        let step = try world.accept(place.with(["stop_loss": "1.04"]))
        let sent = try #require(step.sends.first)
        #expect(step.sends.count == 1)
        #expect(sent.provider.name == "barclays")
        #expect(sent.id.text == "700")
        #expect(
            sent.fields.byName == [
                "v": "1", "type": "order", "key": "user_holdings:{live:7}:700", "order_id": "700",
                "symbol": "EURUSD", "order_type": "BUY_LIMIT", "status": "PENDING",
                "ts": "\(world.now)", "account_number": "A-7", "order_quantity": "1",
                "order_price": "1.0499", "contract_value": "100000",
                "idempotency_key": "req-1",
            ])
    }

    @Test(
        "the price sent by type, in both flows",
        arguments: [
            ("BUY_LIMIT", "1.05", "1.0499"), ("BUY_STOP", "1.2", "1.1999"),
            ("SELL_LIMIT", "1.2", "1.2001"), ("SELL_STOP", "1.05", "1.0501"),
        ])
    func prices(type: String, price: String, sent: String) throws {
        for flow in ["barclays", "rock"] {
            let world = EntryWorld { $0.sendingOrders = flow }
            let step = try world.accept(
                place.with(["order_type": type, "order_price": price]))
            #expect(step.order?.price.text == price)
            #expect(step.sends.first?.fields["order_price"] == sent)
        }
    }

    @Test("it ties up no margin: without money it rests as well, and what is free stays free")
    func noMargin() throws {
        let world = EntryWorld { $0.balance = "0" }
        var account = try world.account()
        for number in 0..<3 {
            var world = world
            world.number = 700 + Int64(number)
            let step = try world.accept(
                place.with(["request_id": "req-\(number)", "order_quantity": "50"]),
                on: account)
            #expect(step.order?.money.reservedMargin == nil)
            #expect(step.order?.money.margin == nil)
            account = try account.applying(
                step, at: try world.prices(), random: 0, now: world.now
            ).account
        }
        let portfolio = try #require(account.portfolio)
        #expect(account.book.count == 3)
        #expect(try portfolio.usedMarginAll().isZero)
        #expect(portfolio.margins.isEmpty)
        #expect(
            try FreeMargin.of(account, portfolio: portfolio, at: try world.prices()).isZero)
    }

    @Test("pending orders count as open ones")
    func limit() throws {
        let world = try EntryWorld {
            $0.maxOpenOrders = 2
            $0.orders = [try $0.resting(41), try $0.order(42, .open)]
        }
        #expect(try world.decide(place) == .refuse("too_many_open_orders: at most 2"))
        var wider = world
        wider.maxOpenOrders = 3
        #expect(try wider.accept(place).order?.state == .pendingQueued)
    }

    @Test("crypto rests on Sundays, forex where the market is always open")
    func sunday() throws {
        var world = EntryWorld {
            $0.now -= 86_400_000
            $0.acceptedAt = $0.now
        }
        let crypto = place.with(["symbol": "BTCUSD", "order_price": "50000"])
        #expect(try world.accept(crypto).order?.state == .pendingQueued)
        #expect(try world.decide(place) == .refuse("market_closed"))
        world.marketHours = .always
        #expect(try world.accept(place).order?.state == .pendingQueued)
    }

    @Test("its margin at any rate's age is bookable; without a rate it is refused")
    func foreign() throws {
        var world = EntryWorld {
            $0.quotes["EURGBP"] = EntryWorld.Quote(bid: "0.85", ask: "0.8502")
            $0.quotes["GBPUSD"] = EntryWorld.Quote(bid: "1.3", ask: "1.3002", age: 86_400_000)
        }
        let fields = place.with(["symbol": "EURGBP", "order_price": "0.8"])
        #expect(try world.accept(fields).order?.state == .pendingQueued)
        world.quotes["GBPUSD"] = nil
        #expect(try world.decide(fields) == .refuse("no_rate: GBP"))
    }
}

@Suite("On which side of the market a pending order may lie") struct PendingSideTests {
    private struct Row {
        let type: OrderType
        let side: Side
        let kind: PendingKind
    }

    private static let rows = [
        Row(type: .buyLimit, side: .buy, kind: .limit),
        Row(type: .buyStop, side: .buy, kind: .stop),
        Row(type: .sellLimit, side: .sell, kind: .limit),
        Row(type: .sellStop, side: .sell, kind: .stop),
    ]

    /// What would fire at once is a market order by mistake: refused, on equality too.
    @Test("accepted is what the house would not fire now, at every hundred-thousandth")
    func wholeRange() throws {
        let world = EntryWorld()
        let account = try world.account()
        let market = try #require(try world.prices()[try Symbol("EURUSD")])
        for row in Self.rows {
            var accepted = 0
            for step in Int64(0)...60 {
                let price = Price(raw: 109_980_000 + step * 1_000)
                let fires = try PriceRules.firesPending(
                    side: row.side, kind: row.kind, userPrice: price,
                    halfSpread: try Price("0.0001"), at: market)
                let outcome = try world.decide(
                    EntryWorld.placePending.with([
                        "order_type": row.type.rawValue, "order_price": price.text,
                    ]), on: account)
                switch outcome {
                case .apply:
                    accepted += 1
                    #expect(!fires, "\(row.type) \(price)")
                case .refuse(let text):
                    #expect(fires && text.hasPrefix("wrong_side: order_price must be "))
                case .ignore, .defer, .dead: Issue.record("\(row.type) \(price)")
                }
            }
            #expect((1...60).contains(accepted), "\(row.type) has both sides")
        }
    }

    @Test(
        "the bounds",
        arguments: [
            RefusalRow("wrong_side: order_price must be below 1.1003", limit("BUY", "1.1003")),
            RefusalRow("wrong_side: order_price must be above 1.1003", stop("BUY", "1.1003")),
            RefusalRow("wrong_side: order_price must be above 1.0999", limit("SELL", "1.0999")),
            RefusalRow("wrong_side: order_price must be below 1.0999", stop("SELL", "1.0999")),
            RefusalRow(
                "wrong_side: stop_loss must be below 1.05", limit("BUY", "1.05"),
                ["stop_loss": "1.05"]),
            RefusalRow(
                "wrong_side: take_profit must be above 1.05", limit("BUY", "1.05"),
                ["take_profit": "1.05"]),
            RefusalRow(
                "wrong_side: stop_loss must be above 1.2", limit("SELL", "1.2"),
                ["stop_loss": "1.2"]),
            RefusalRow(
                "wrong_side: take_profit must be below 1.2", limit("SELL", "1.2"),
                ["take_profit": "1.2"]),
            // The stop loss is named first.
            RefusalRow(
                "wrong_side: stop_loss must be above 1.05", stop("SELL", "1.05"),
                ["stop_loss": "1", "take_profit": "2"]),
        ])
    func bounds(row: RefusalRow) throws { try row.check() }

    private static func limit(_ side: String, _ price: String) -> [String: String] {
        EntryWorld.placePending.with(["order_type": side + "_LIMIT", "order_price": price])
    }

    private static func stop(_ side: String, _ price: String) -> [String: String] {
        EntryWorld.placePending.with(["order_type": side + "_STOP", "order_price": price])
    }

    @Test("a price that the half spread eats up", arguments: ["0.0001", "0.00009"])
    func halfSpread(price: String) throws {
        try RefusalRow(
            "invalid_field: order_price must be above the half spread, 0.0001",
            EntryWorld.placePending, ["order_price": price]
        ).check()
        try RefusalRow(
            "invalid_field: take_profit must be above the half spread, 0.0001",
            Self.limit("SELL", "1.2"), ["take_profit": price]
        ).check()
    }

    @Test("prices at the end of the range are refused, not wrapped")
    func range() throws {
        try RefusalRow(
            "out_of_range: order_price", Self.limit("SELL", "92233720368.54775807")
        ).check()
        try RefusalRow(
            "out_of_range: take_profit", EntryWorld.placePending,
            ["take_profit": "92233720368.54775807"]
        ).check()
        try RefusalRow("out_of_range: order_quantity", Self.stop("BUY", "90000000000")).check()
    }
}
