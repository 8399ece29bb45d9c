import ServiceRuntime
import Shared
import TestSupport

/// Steps of an account as the workers decide them, without prices and numbers drawn: create, place,
/// open, close, and what else has rows of its own.
struct TradedAccount {
    private(set) var account: Account
    /// Redis' clock at each step, ms; moves by one a step.
    private(set) var now: Int64 = 1_760_000_000_000
    private var random: UInt64 = 1

    init(_ id: AccountID) {
        account = Account(
            id: id, portfolio: nil, config: nil, book: Book(), orders: [:], answers: [:])
    }

    var id: AccountID { account.id }

    /// Takes a step and gives the record that the fleet publishes.
    mutating func step(_ decide: (Account) throws -> Transition) throws -> Record {
        now += 1
        random += 1
        let (next, record) = try account.applying(
            try decide(account), at: Steps.prices, random: random, now: now)
        account = next
        return record
    }

    /// The steps of a whole trade: placed, open, closed.
    mutating func trade(_ order: Int64, symbol: String = "EURUSD") throws -> [Record] {
        [
            try step { try Steps.placed(order, $0, symbol: symbol) },
            try step { try Steps.opened(order, $0) }, try step { try Steps.closed(order, $0) },
        ]
    }
}

/// Transitions on an account as it stands.
enum Steps {
    static var prices: Prices {
        var prices = Prices()
        for (symbol, bid, ask) in [("EURUSD", "1.1", "1.1002"), ("XAUUSD", "4000", "4000.5")] {
            guard let symbol = try? Symbol(symbol), let bid = try? Price(bid),
                let ask = try? Price(ask)
            else { continue }
            prices[symbol] = MarketPrice(bid: bid, ask: ask, ageMilliseconds: 0)
        }
        return prices
    }

    static func created(_ account: Account) throws -> Transition {
        Transition(
            .accountCreated, EventID(text: "request/create"),
            ledger: [LedgerEntry(.deposit, 10_000)], config: Samples.config,
            answer: CommandAnswer(
                request: try RequestID("create"),
                result: CommandResult(
                    digest: "c", isAccepted: true, reason: nil, order: nil, lifecycleID: nil,
                    timestamp: 1)))
    }

    static func deposited(_ amount: Money, _ number: Int) -> (Account) throws -> Transition {
        { _ in
            Transition(
                .balanceChanged, EventID(text: "request/d\(number)"),
                ledger: [LedgerEntry(.deposit, amount)])
        }
    }

    static func placed(
        _ number: Int64, _ account: Account, symbol: String = "EURUSD"
    ) throws -> Transition {
        var order = try Samples.order(number, of: account.id, symbol: symbol)
        order.requests.placedBy = "place-\(number)"
        order.money.reservedMargin = 1_000
        let request = try RequestID("place-\(number)")
        return Transition(
            .orderPlaced, EventID(request: request), order: order,
            newIDs: [LifecycleID(order.id)],
            answer: CommandAnswer(
                request: request,
                result: CommandResult(
                    digest: "d", isAccepted: true, reason: nil, order: order.id,
                    lifecycleID: nil, timestamp: 1)))
    }

    static func opened(_ number: Int64, _ account: Account) throws -> Transition {
        var order = try kept(number, account)
        order.state = .open
        order.price = try Price("1.1002")
        order.openedAt = 1_760_000_000_005
        order.execs.set("x\(number)", "2")
        order.money.margin = try Money("1100.2")
        order.money.commissionEntry = try Money("0.35")
        return Transition(
            .orderOpenConfirmed, EventID(text: "\(number)/EXECUTED/e:x\(number)"), order: order,
            details: Fields(["arrival": "1760000000001-0"]))
    }

    static func closed(_ number: Int64, _ account: Account) throws -> Transition {
        var order = try kept(number, account)
        order.state = .closed
        order.money.margin = nil
        order.money.closePrice = try Price("1.1")
        order.money.commissionExit = try Money("0.35")
        order.money.swap = try Money("-0.5")
        order.money.profit = 25
        order.money.netProfit = try Money("23.8")
        order.money.closeMessage = .closed
        return Transition(
            .orderCloseConfirmed, EventID(text: "\(number)/CLOSED/e:y\(number)"), order: order,
            ledger: [
                LedgerEntry(.profit, 25), LedgerEntry(.commission, try Money("-0.7")),
                LedgerEntry(.swap, try Money("-0.5")),
            ])
    }

    /// A placement that the provider refused.
    static func rejected(_ number: Int64, _ account: Account) throws -> Transition {
        var order = try kept(number, account)
        order.state = .rejected
        order.rejectReason = "no money"
        return Transition(
            .orderRejectionRecord, EventID(text: "\(number)/REJECTED/e:z\(number)"),
            order: order,
            details: Fields([
                "rejection_type": "ORDER_PLACEMENT", "reason": "no money",
                "margin_released": "1000",
            ]))
    }

    static func kept(_ number: Int64, _ account: Account) throws -> Order {
        guard case .kept(let order)? = account.orders[OrderID(number: number)] else {
            throw Unexpected("order \(number) is not kept")
        }
        return order
    }
}
