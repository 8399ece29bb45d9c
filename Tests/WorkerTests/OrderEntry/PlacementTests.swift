import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("An accepted market order") struct PlacementTests {
    private let place = EntryWorld.place

    @Test("the whole transition of a buy through a provider")
    func buy() throws {
        let world = EntryWorld()
        let step = try world.accept(
            place.with(["order_price": "1.0999", "initiator": "COPY", "order_quantity": "1.5"]))
        #expect(step.type == .orderPlaced)
        #expect(step.eventID.text == "request/req-1")
        #expect(step.newIDs.map(\.text) == ["700"])
        #expect(step.ledger.isEmpty)
        #expect(step.config == nil)
        #expect(
            step.details.byName == ["requested_price": "1.0999", "initiator": "COPY"])
        let order = try #require(step.order)
        #expect(
            order.changingFields.byName == [
                "state": "queued", "order_type": "BUY", "order_quantity": "1.5",
                // Never below the market, which is 1.1002.
                "order_price": "1.1002", "version": "0",
                // 150,000 × (1.1002 + 0.0001) ÷ 100
                "reserved_margin": "1650.45", "contract_value": "150000", "placed_by": "req-1",
                "requested_at": "\(world.now)", "status": "OPEN", "order_status": "QUEUED",
                "execution_status": "QUEUED",
            ])
        let fixed = order.placement.fields.byName
        #expect(fixed["order_id"] == "700")
        #expect(fixed["flow"] == "barclays")
        #expect(fixed["execution"] == "provider")
        #expect(fixed["leverage"] == "100")
        #expect(fixed["group"] == "STANDARD")
        #expect(fixed["placed_as"] == "BUY")
        #expect(fixed["created_at"] == "\(world.now)")
        #expect(fixed["account_number"] == "A-7")
    }

    @Test("what its provider is sent, and what its sender is answered")
    func effects() throws {
        let world = EntryWorld()
        let command = try world.command(place.with(["order_price": "1.0999"]))
        let step = try world.accept(place.with(["order_price": "1.0999"]))
        let sent = try #require(step.sends.first)
        #expect(step.sends.count == 1)
        #expect(sent.provider.name == "barclays")
        #expect(sent.id.text == "700")
        #expect(
            sent.fields.byName == [
                "v": "1", "type": "order", "key": "user_holdings:{live:7}:700", "order_id": "700",
                "symbol": "EURUSD", "order_type": "BUY", "status": "OPEN", "ts": "\(world.now)",
                "account_number": "A-7", "user_id": "7", "user_type": "live",
                "order_quantity": "1", "order_price": "1.0999", "idempotency_key": "req-1",
                "contract_value": "100000",
            ])
        let answer = try #require(step.answer)
        #expect(answer.request.text == "req-1")
        #expect(
            answer.result
                == CommandResult(
                    digest: try #require(command.request).digest, isAccepted: true, reason: nil,
                    order: OrderID(number: 700), lifecycleID: nil, timestamp: world.now))
    }

    @Test(
        "price and reserve by side and price asked for",
        arguments: [
            // Side, asked, booked, sent, reserved.
            ("BUY", nil, "1.1002", "1.1002", "1100.3"),
            ("BUY", "1.1", "1.1002", "1.1", "1100.3"),
            ("BUY", "1.2", "1.2", "1.2", "1200.1"),
            ("SELL", nil, "1.1", "1.1", "1099.9"),
            ("SELL", "0.5", "1.1", "0.5", "1099.9"),
            ("SELL", "1.2", "1.2", "1.2", "1199.9"),
        ] as [(String, String?, String, String, String)])
    func prices(
        side: String, asked: String?, booked: String, sent: String, reserved: String
    ) throws {
        for flow in ["barclays", "rock"] {
            let world = EntryWorld { $0.sendingOrders = flow }
            let step = try world.accept(
                place.with(["order_type": side, "order_price": asked]))
            #expect(step.order?.price.text == booked)
            #expect(step.sends.first?.fields["order_price"] == sent)
            #expect(step.order?.money.reservedMargin?.text == reserved)
        }
    }

    @Test("legs wait in the order, and its provider hears of them when it fills")
    func legs() throws {
        let step = try EntryWorld().accept(
            place.with(["stop_loss": "1.09989999", "take_profit": "1.09990001"]))
        let order = try #require(step.order)
        #expect(order.stopLoss.price?.text == "1.09989999")
        #expect(order.takeProfit.price?.text == "1.09990001")
        #expect(order.stopLoss.state == .none && order.takeProfit.state == .none)
        #expect(order.stopLoss.id == nil && order.takeProfit.id == nil)
        #expect(step.newIDs.map(\.text) == ["700"])
        #expect(step.sends.count == 1)
        #expect(step.sends.first?.fields["stop_loss"] == nil)
    }

    @Test("crypto trades on Sundays, and its factor counts")
    func crypto() throws {
        let world = EntryWorld { $0.now -= 86_400_000 }
        let step = try world.accept(place.with(["symbol": "btcusd", "order_quantity": "0.5"]))
        // 0.5 × (60,010 + 5) × 0.5 ÷ 100
        #expect(step.order?.money.reservedMargin?.text == "150.0375")
    }

    @Test("a margin in yen is turned into dollars, at a rate of any age")
    func foreign() throws {
        let world = EntryWorld {
            $0.terms["USDJPY.X"] = $0.terms["USDJPY"]
            $0.quotes["USDJPY.X"] = $0.quotes["USDJPY"]
            $0.quotes["USDJPY"]?.age = 3_600_000
        }
        let step = try world.accept(place.with(["symbol": "USDJPY.X"]))
        // 100,000 × (150 + 0.0001) ÷ 100 yen, at 150 yen a dollar.
        #expect(step.order?.money.reservedMargin?.text == "1000.00066667")
    }

    @Test("an order whose margin is free to the last hundred-millionth is accepted")
    func exact() throws {
        let world = EntryWorld { $0.balance = "1100.3" }
        #expect(try world.accept(place).order?.state == .queued)
        let poorer = EntryWorld { $0.balance = "1100.29999999" }
        #expect(try poorer.decide(place) == .refuse("insufficient_margin"))
    }

    @Test("it has waited by the clock of the queue's server, whatever the account's says")
    func queueTime() throws {
        let command = place.with(["ttl_ms": "2000"])
        for (ahead, waited, isExpired) in [
            (Int64(60_000), Int64(2_000), false), (-60_000, 2_000, false), (0, 2_001, true),
            (-60_000, 2_001, true),
        ] {
            let world = EntryWorld {
                $0.acceptedAt = $0.now - ahead - waited
                $0.queueNow = $0.now - ahead
            }
            let answer = try world.decide(command)
            #expect((answer == .refuse("expired")) == isExpired, "\(ahead) \(waited)")
        }
    }

    @Test("waiting no longer than the time to live is accepted", arguments: [1_000, 43_200_000])
    func inTime(ttl: Int64) throws {
        let world = EntryWorld { $0.acceptedAt = $0.now - ttl }
        #expect(try world.accept(place.with(["ttl_ms": "\(ttl)"])).order?.state == .queued)
    }
}
