import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("set_swap") struct SwapTests {
    private static let swap = EntryWorld.setSwap

    @Test("the whole transition", arguments: [OrderState.open, .closing])
    func transition(state: OrderState) throws {
        let world = try EntryWorld { $0.orders = [try $0.order(41, state)] }
        let account = try world.account()
        let step = try world.accept(Self.swap.with(["initiator": "ADMIN"]), on: account)
        #expect(step.type == .orderSwapSet)
        #expect(step.newIDs.isEmpty && step.sends.isEmpty && step.ledger.isEmpty)
        #expect(step.details.byName == ["initiator": "ADMIN"])
        #expect(try step.changes(from: account) == ["swap": "-3.5"])
        #expect(step.answer?.result.order == OrderID(number: 41))
    }

    @Test("it is the sum so far: the next one replaces it, and it counts in what is free")
    func free() throws {
        let world = try EntryWorld { $0.orders = [try $0.order(41, .open)] }
        let account = try world.account()
        func free(_ account: Account) throws -> Money {
            try FreeMargin.of(
                account, portfolio: try #require(account.portfolio), at: try world.prices())
        }
        var next = account
        for (request, swap) in [("a", "-3.5"), ("b", "0.25"), ("c", "0")] {
            let step = try world.accept(
                Self.swap.with(["swap": swap, "request_id": request]), on: next)
            next = try next.applying(step, at: try world.prices(), random: 0, now: world.now)
                .account
            #expect(try free(next) == free(account) + Money(swap))
            #expect(next.portfolio?.balance == account.portfolio?.balance)
        }
    }

    @Test("refusals", arguments: rows)
    func refused(row: RefusalRow) throws { try row.check() }

    private static let rows: [RefusalRow] = [
        RefusalRow("missing_field: order_id", swap, ["order_id": nil]),
        RefusalRow("missing_field: swap", swap, ["swap": nil]),
        RefusalRow("not_a_number: swap", swap, ["swap": "+1"]),
        RefusalRow("too_many_decimals: swap", swap, ["swap": "-0.001"]),
        RefusalRow("too_many_decimals: swap", swap, ["swap": "0.000000001"]),
        RefusalRow("out_of_range: swap", swap, ["swap": "-99999999999999"]),
        RefusalRow("out_of_range: swap", swap, ["swap": "92233720368"]) {
            $0.orders = [try $0.order(41, .open)]
        },
        RefusalRow(
            "invalid_field: initiator is none of USER, ADMIN, AUTOCUTOFF, COPY", swap,
            ["initiator": "NIGHT"]),
        RefusalRow("unknown_field: amount", swap, ["amount": "1"]),
        RefusalRow("expired", swap, ["ttl_ms": "4"]),
        RefusalRow("account_unknown", swap) { $0.balance = nil },
        RefusalRow("order_unknown", swap),
    ]
}
