import Testing

@testable import Shared

@Suite struct RecordTests {
    private static let seed: UInt64 = 51

    private func account(_ order: Order, _ random: inout Seeded) -> Account {
        var book = Book()
        book.set(order)
        return Account(
            id: order.account,
            portfolio: Portfolio(
                version: Int64.random(in: 0...99, using: &random), token: OrdersToken(text: "t"),
                balance: Money(raw: random.raw(bits: 40))),
            config: nil, book: book, orders: [order.id: .kept(order)], answers: [:])
    }

    /// A transition with anything that one may carry.
    private func transition(_ order: Order, _ random: inout Seeded) throws -> Transition {
        let id = random.lifecycleID()
        let request = try RequestID("r1")
        let answer = random.maybe { random in
            CommandAnswer(
                request: request,
                result: CommandResult(
                    digest: "d", isAccepted: true, reason: nil, order: order.id,
                    lifecycleID: random.maybe { $0.lifecycleID() }, timestamp: 3))
        }
        var changed = order
        // Any number is a margin here only if it can be added up.
        changed.state = .pending
        changed.version = Int64.random(in: 0...99, using: &random)
        // A step is one of an order or one of the account alone.
        let ofOrder = Bool.random(using: &random)
        return Transition(
            random.one(EventType.self), EventID(text: "CLS1/EXECUTED/e:\(random.raw())"),
            order: ofOrder ? changed : nil,
            ledger: [LedgerEntry(.profit, Money(raw: random.raw(bits: 40)))],
            config: ofOrder
                ? nil
                : AccountConfig(
                    group: "VIP", leverage: 100, sendingOrders: "rock", isEnabled: true,
                    accountNumber: nil),
            newIDs: [id],
            sends: [
                .close(changed, id: id, price: random.fixed(), request: request, at: 4),
                .cancelLeg(.stopLoss, of: changed, id: id, at: 4),
            ],
            answer: answer,
            details: Fields([.init("reason", random.text()), .init("empty", "")]))
    }

    private func record(_ random: inout Seeded) throws -> (account: Account, record: Record) {
        let order = try random.order()
        return try account(order, &random).applying(
            transition(order, &random), at: testPrices(["USDJPY": ("150", "151")]),
            random: UInt64(bitPattern: random.raw()), now: 9)
    }

    @Test func aRecordComesBackFromItsText() throws {
        var random = Seeded(seed: RecordTests.seed)
        for _ in 0..<200 {
            let record = try record(&random).record
            #expect(try Record(record.text) == record)
        }
    }

    /// Consumers read an event by names: none may come twice.
    @Test func noNameOfAnEventComesTwice() throws {
        var random = Seeded(seed: RecordTests.seed + 1)
        for _ in 0..<200 {
            let event = try record(&random).record.event
            var counts: [String: Int] = [:]
            for field in event.list { counts[field.name, default: 0] += 1 }
            #expect(counts.filter { $0.value > 1 }.isEmpty)
        }
    }

    @Test(arguments: ["", "x", "1:1", "3:abc"])
    func aBrokenRecordIsRefused(_ text: String) {
        #expect(throws: MessageError.self) { try Record(text) }
    }

    /// Whatever is cut off is refused, never half a record; one of another version waits.
    @Test func aCutRecordIsRefused() throws {
        var random = Seeded(seed: RecordTests.seed + 2)
        let text = try record(&random).record.text
        for length in stride(from: 0, to: text.utf8.count, by: 7) {
            let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            let error = #expect(throws: MessageError.self) { try Record(cut) }
            #expect(error?.deadReason == .unreadable)
        }
        var parts = try #require(Netstring.decode(text))
        parts[0] = "2"
        #expect(throws: MessageError.unknownVersion("2")) { try Record(Netstring.encode(parts)) }
    }

    @Test func aTransitionCountsTheAccountAndItsOrder() throws {
        var random = Seeded(seed: RecordTests.seed + 3)
        var order = try testOrder(.closing)
        order.version = 4
        let before = account(order, &random)
        order.state = .closed
        let transition = Transition(
            .orderCloseConfirmed, EventID(text: "e1"), order: order,
            ledger: [
                LedgerEntry(.profit, try Money("-10.5")), LedgerEntry(.commission, -7),
            ])
        let (after, record) = try before.applying(transition, at: Prices(), random: 255, now: 9)
        let portfolio = try #require(after.portfolio)
        let old = try #require(before.portfolio)
        #expect(portfolio.version == old.version + 1)
        #expect(portfolio.token.text == "e1~ff")
        #expect(portfolio.balance == (try old.balance + Money("-17.5")))
        #expect(after.book.count == 0)
        guard case .kept(let kept)? = after.orders[order.id] else {
            Issue.record("the order is gone")
            return
        }
        #expect(kept.version == 5)
        #expect(kept.applied["e1"] == "5")
        #expect(record.number == portfolio.version)
        let event = record.event
        #expect(event["type"] == "ORDER_CLOSE_CONFIRMED")
        #expect(event["instrument_type"] == "1")
        #expect(event["from_state"] == "closing")
        #expect(event["to_state"] == "closed")
        #expect(event["order_version"] == "5")
        #expect(event["orders_version"] == String(portfolio.version))
        #expect(event["event_id"] == "e1")
        #expect(event["ledger"] == "profit=-10.5 commission=-7")
        #expect(event["balance"] == portfolio.balance.text)
        #expect(event["symbol_active"] == "0")
        #expect(try Order(Order.snapshot(ofEvent: event), account: kept.account) == kept)
        try expectWhole(event)
    }

    /// As an entry of a stream an event is short, and whole again when it is read.
    private func expectWhole(_ event: Fields) throws {
        func sorted(_ fields: Fields) -> [String] {
            fields.list.map { "\($0.name)=\($0.value)" }.sorted()
        }
        let entry = EventEntry.fields(of: event)
        #expect(entry.list.count < event.list.count * 2 / 3)
        #expect(entry["order_price"] == event["order_price"])
        #expect(entry["contract_size"] == nil && entry["applied"] == nil)
        #expect(try sorted(EventEntry.event(entry)) == sorted(event))
        var torn = entry
        torn[EventEntry.snapshot] = "5:ids"
        #expect(throws: FieldError.self) { try EventEntry.event(torn) }
    }
}
