import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite("Account write") struct AccountWriteTests {
    private let account: AccountID
    private let retention = AccountWrite.Retention(order: 1_000)

    init() throws { account = try AccountID(.live, "42") }

    private func newWorld() -> MemoryWorld {
        let world = MemoryWorld()
        world.set(account.config, Samples.config.fields)
        return world
    }

    /// One transition of an order on what the world holds: what it writes, and the world after it.
    private func write(
        _ world: MemoryWorld, _ order: Order, _ event: String
    ) throws -> AccountWrite {
        let request = LoadRequest(account: account, orders: [order.id])
        let loaded = try #require(world.load([request]).first).get()
        let (next, record) = try loaded.account.applying(
            Transition(.orderPlaced, EventID(text: event), order: order), at: Prices(),
            random: 1, now: loaded.now)
        let write = try AccountWrite(
            from: loaded, to: next, records: [record],
            events: [order.id: [EventID(text: event)]], answers: [], retention: retention)
        guard case .success(.applied)? = world.apply([write]).first else {
            Issue.record("it conflicts")
            return write
        }
        return write
    }

    private func holdings(_ write: AccountWrite, _ order: Order) -> [String] {
        write.writes.flatMap { change -> [String] in
            guard case .set(let key, let fields) = change, key == account.holdings(order.id)
            else { return [] }
            return fields.list.map(\.name)
        }
    }

    @Test("a new order is written whole, a later step only where it differs")
    func difference() throws {
        let world = newWorld()
        var order = try Samples.order(1, of: account)
        #expect(holdings(try write(world, order, "a"), order).contains("contract_size"))
        guard case .kept(let kept) = try world.stored(order.key) else {
            Issue.record("the order is not kept")
            return
        }
        order = kept
        order.price = 2
        let changed = holdings(try write(world, order, "b"), order)
        #expect(Set(changed) == ["order_price", "version", "applied"])
    }

    @Test("what is written is what is read, whatever the step")
    func readBack() throws {
        let world = newWorld()
        var order = try Samples.order(1, of: account)
        _ = try write(world, order, "a")
        for (step, state) in [OrderState.open, .closing, .open, .closed].enumerated() {
            guard case .kept(let kept) = try world.stored(order.key) else { break }
            order = kept
            order.state = state
            order.requests.closeID = state == .closing ? try LifecycleID("CLS1") : nil
            let write = try write(world, order, "step-\(step)")
            var expected = order
            expected.version += 1
            expected.applied.set("step-\(step)", String(expected.version))
            #expect(try world.stored(order.key) == .kept(expected), "\(write.writes)")
        }
    }

    @Test("a value that is gone is removed from the hash")
    func removed() throws {
        let world = newWorld()
        var order = try Samples.order(1, of: account)
        order.requests.closeID = try LifecycleID("CLS1")
        _ = try write(world, order, "a")
        guard case .kept(var kept) = try world.stored(order.key) else { return }
        kept.requests.closeID = nil
        _ = try write(world, kept, "b")
        #expect(world[hash: account.holdings(order.id)]["close_id"] == nil)
    }

    @Test("an order that ends leaves index, book and margins, expires, and leaves its rest")
    func ending() throws {
        let world = newWorld()
        var order = try Samples.order(1, of: account)
        _ = try write(world, order, "a")
        #expect(world[set: account.ordersIndex] == ["1"])
        #expect(world[hash: account.book].list.map(\.name) == ["1"])
        #expect(world[hash: account.portfolio]["m:EURUSD"] != nil)
        guard case .kept(let kept) = try world.stored(order.key) else { return }
        order = kept
        order.state = .closed
        _ = try write(world, order, "b")
        #expect(world[set: account.ordersIndex].isEmpty && world[hash: account.book].isEmpty)
        #expect(world[hash: account.portfolio]["m:EURUSD"] == nil)
        #expect(world[hash: account.portfolio]["used_margin_all"] == "0")
        world.now += retention.order
        guard case .done(let done) = try world.stored(order.key) else {
            Issue.record("nothing is left of the order")
            return
        }
        #expect(done.state == .closed && done.applied.contains("b"))
    }

    @Test("an order that opens again is kept, and its rest goes")
    func reopening() throws {
        let world = newWorld()
        var order = try Samples.order(1, of: account)
        order.state = .rejected
        _ = try write(world, order, "a")
        guard case .kept(let kept) = try world.stored(order.key) else { return }
        order = kept
        order.state = .open
        _ = try write(world, order, "b")
        #expect(world[hash: account.orderDone(order.id)].isEmpty)
        world.now += 10 * retention.order
        guard case .kept(let still) = try world.stored(order.key) else {
            Issue.record("the order expired")
            return
        }
        #expect(still.state == .open && world[set: account.ordersIndex] == ["1"])
    }

    @Test("records pass the outbox unharmed")
    func boxed() throws {
        let world = newWorld()
        let order = try Samples.order(1, of: account)
        _ = try write(world, order, "a")
        let record = try #require(try world.outbox(account).first)
        #expect(record.number == 1 && record.event["order_id"] == "1")
        #expect(try Record(boxed: record.boxed) == record)
        #expect(throws: MessageError.self) { try Record(boxed: "x") }
    }
}
