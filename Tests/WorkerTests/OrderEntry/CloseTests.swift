import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("An accepted close") struct CloseTests {
    private let close = EntryWorld.close

    @Test("the whole transition")
    func transition() throws {
        let world = try EntryWorld { $0.orders = [try $0.order(41, .open)] }
        let account = try world.account()
        let fields = close.with(["initiator": "ADMIN"])
        let step = try world.accept(fields, on: account)
        guard case .kept(let before)? = account.orders[OrderID(number: 41)] else {
            Issue.record("the order is not there")
            return
        }
        #expect(step.type == .orderCloseIDUpdate)
        #expect(step.eventID.text == "request/req-1")
        #expect(step.newIDs.map(\.text) == ["CLS700"])
        #expect(step.details.byName == ["close_id": "CLS700"])
        #expect(step.ledger.isEmpty)
        let after = try #require(step.order)
        let changed = after.fields.byName.filter { before.fields.byName[$0.key] != $0.value }
        #expect(
            changed == [
                "state": "closing", "status": "CLOSED", "ids": "CLS700=close",
                "close_id": "CLS700", "close_initiator": "ADMIN",
                "requested_at": "\(world.now)",
            ])
        let command = try world.command(fields)
        #expect(
            step.answer?.result
                == CommandResult(
                    digest: try #require(command.request).digest, isAccepted: true, reason: nil,
                    order: OrderID(number: 41), lifecycleID: try LifecycleID("CLS700"),
                    timestamp: world.now))
    }

    @Test("what the provider is sent", arguments: [("BUY", "1.1"), ("SELL", "1.1002")])
    func sent(side: String, price: String) throws {
        let world = try EntryWorld {
            $0.orders = [try $0.order(41, .open, side: try OrderType(text: side))]
        }
        let sent = try #require(try world.accept(close).sends.first)
        #expect(sent.provider.name == "barclays")
        #expect(sent.id.text == "CLS700")
        #expect(
            sent.fields.byName == [
                "v": "1", "type": "order", "key": "user_holdings:{live:7}:41", "order_id": "41",
                "symbol": "EURUSD", "order_type": side, "status": "CLOSED",
                "ts": "\(world.now)", "account_number": "A-7", "close_id": "CLS700",
                "order_quantity": "1", "idempotency_key": "req-1", "close_price": price,
            ])
    }

    @Test("neither market hours, nor a missing price, nor a disabled account refuse it")
    func always() throws {
        let world = try EntryWorld {
            $0.orders = [try $0.order(41, .open)]
            $0.now -= 86_400_000
            $0.acceptedAt = $0.now
            $0.isEnabled = false
        }
        let account = try world.account()
        var quiet = world
        quiet.quotes = [:]
        let step = try quiet.accept(close, on: account)
        #expect(step.order?.state == .closing)
        #expect(step.order?.requests.closeInitiator == .user)
        #expect(step.sends.first?.fields["close_price"] == nil)
    }

    @Test("a second close after a refused one has an id of its own; the first stays known")
    func again() throws {
        let world = try EntryWorld {
            $0.orders = [
                try $0.order(41, .open) {
                    $0.ids.set("CLS600", "close")
                    $0.requests.closeID = LifecycleID(.close, number: 600)
                }
            ]
        }
        let order = try #require(try world.accept(close).order)
        #expect(order.ids.text == "CLS600=close CLS700=close")
        #expect(order.requests.closeID?.text == "CLS700")
        #expect(order.kind(of: try LifecycleID("CLS600")) == .close)
    }
}
