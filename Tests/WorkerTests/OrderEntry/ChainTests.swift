import Shared
import Testing

@testable import OrderEntry
@testable import ServiceRuntime

/// What a chain of decisions leaves, each on the account that the one before leaves.
@Suite("Commands in a chain") struct ChainTests {
    private struct Placed {
        var account: Account
        var accepted: [Order] = []
        var refused: [String] = []
    }

    private func place(
        _ count: Int, in world: EntryWorld, _ fields: (Int) -> [String: String]
    ) throws -> Placed {
        var placed = Placed(account: try world.account())
        for index in 0..<count {
            var world = world
            world.number = 700 + Int64(index)
            switch try world.decide(fields(index), on: placed.account) {
            case .apply(let step):
                placed.account = try placed.account.applying(
                    step, at: try world.prices(), random: 0, now: world.now
                ).account
                placed.accepted.append(try #require(step.order))
            case .refuse(let text): placed.refused.append(text)
            case .ignore, .defer, .dead: Issue.record("a command is applied or refused")
            }
        }
        return placed
    }

    @Test("fifty orders at once on a balance for three leave three", arguments: ["BUY", "SELL"])
    func fifty(side: String) throws {
        let world = EntryWorld { $0.balance = "3301" }
        let placed = try place(50, in: world) { index in
            EntryWorld.place.with([
                "order_type": side, "request_id": "req-\(index)", "order_price": "0.01",
            ])
        }
        #expect(placed.accepted.count == 3)
        #expect(placed.refused.count == 47)
        #expect(Set(placed.refused) == ["insufficient_margin"])
        #expect(placed.account.book.count == 3)
        // Three lots at the ask.
        #expect(try placed.account.portfolio?.usedMarginAll().text == "3300.6")
        #expect(try placed.account.portfolio?.usedMarginExecuted().text == "0")
        #expect(placed.account.portfolio?.balance.text == "3301")
        #expect(Set(placed.accepted.map(\.id)).count == 3)
    }

    @Test("a price asked for far below the market makes no crypto cheap either")
    func crypto() throws {
        // One costs 60,015 × 0.5 ÷ 100 = 300.075 when it is reserved, 300.05 once it is booked.
        let world = EntryWorld { $0.balance = "901" }
        let placed = try place(50, in: world) { index in
            EntryWorld.place.with([
                "symbol": "BTCUSD", "request_id": "req-\(index)", "order_price": "0.01",
            ])
        }
        #expect(placed.accepted.count == 3)
        #expect(Set(placed.refused) == ["insufficient_margin"])
    }

    @Test("an order at the limit of open orders is the last")
    func limit() throws {
        let world = EntryWorld { $0.maxOpenOrders = 4 }
        let placed = try place(6, in: world) { index in
            EntryWorld.place.with(["request_id": "req-\(index)", "order_quantity": "0.01"])
        }
        #expect(placed.accepted.count == 4)
        #expect(
            placed.refused == [
                "too_many_open_orders: at most 4", "too_many_open_orders: at most 4",
            ])
    }

    @Test("a first order behind its own account's creation waits for the terms to be read")
    func createAndPlace() throws {
        let world = EntryWorld { $0.balance = nil }
        let account = try world.account()
        let handler = try world.handler()
        let commands = [
            EntryWorld.create.with(["sending_orders": "rock"]),
            ["command": "deposit", "amount": "5000"], EntryWorld.place,
            ["command": "deposit", "amount": "1"],
        ].enumerated().map { $1.with(["request_id": "req-\($0)"]) }
        let items = try commands.enumerated().map { index, fields in
            let message = try world.command(fields)
            let id = EntryID(milliseconds: world.acceptedAt, sequence: Int64(index))
            return WorkItem(entry: Entry(id: id, fields: message.fields), message: message)
        }
        let loaded = LoadedAccount(
            account: account, orderFields: [:], marginFields: [], outbox: [], now: world.now)
        let chain = Deliberation(
            handler, on: loaded, queueNow: world.now, prices: Prices(), terms: [:])
        chain.run(items, numbers: CountingNumbers())
        #expect(chain.rulings == [.applied, .applied, .waiting, .waiting])
        #expect(chain.account.portfolio?.balance.text == "5000")

        // The next batch asks for the new account's terms, and decides.
        let context = try world.context(for: items[2].message, on: chain.account)
        #expect(context.terms.keys.map(\.group) == ["VIP"])
    }
}

private final class CountingNumbers: NumberSource {
    private var last: Int64 = 0

    func nextNumber() -> Int64 {
        last += 1
        return last
    }

    func random() -> UInt64 { 0 }
}
