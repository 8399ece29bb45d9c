import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

/// All that a decision of order-entry looks at; a test changes what it is about.
struct EntryWorld {
    /// Monday, the fifth of January 2026, 08:00 UTC.
    static let monday: Int64 = 1_767_600_000_000

    struct Quote {
        var bid: String
        var ask: String
        /// Milliseconds.
        var age: Int64 = 100
    }

    var userType = UserType.live
    /// Nil where the account does not exist.
    var balance: String? = "10000"
    var group = "STANDARD"
    var leverage: Factor = 100
    var sendingOrders = "barclays"
    var isEnabled = true
    var accountNumber: String? = "A-7"
    var orders: [Order] = []
    var done: [OrderID: OrderDone] = [:]
    var quotes = [
        "EURUSD": Quote(bid: "1.1", ask: "1.1002"), "USDJPY": Quote(bid: "149.9", ask: "150"),
        "BTCUSD": Quote(bid: "59990", ask: "60010"),
    ]
    /// The terms of each symbol, under the account's group.
    var terms = EntryWorld.standardTerms
    var now = EntryWorld.monday
    /// When the command was accepted, ms.
    var acceptedAt = EntryWorld.monday - 5
    /// The clock of the queue's server; nil where it is the account's.
    var queueNow: Int64?
    var number: Int64 = 700
    var maxOpenOrders = 1_000
    var marketHours = MarketHours.weekdays
    var pressure = Pressure.State.none

    static let standardTerms: [String: [String: String]] = [
        "EURUSD": forex("USD"), "USDJPY": forex("JPY"), "EURGBP": forex("GBP"),
        "BTCUSD": [
            "type": "4", "contract_size": "1", "profit": "USD", "spread": "10",
            "spread_pip": "1", "crypto_margin_factor": "0.5", "min_lot": "0.01",
            "max_lot": "100", "lot_step": "0.01",
        ],
    ]

    private static func forex(_ profit: String) -> [String: String] {
        [
            "type": "1", "contract_size": "100000", "profit": profit, "spread": "2",
            "spread_pip": "0.0001", "commission_rate": "7", "commission_type": "0",
            "commission_value_type": "0", "min_lot": "0.01", "max_lot": "50", "lot_step": "0.01",
        ]
    }

    init() {}

    init(_ change: (inout EntryWorld) throws -> Void) rethrows { try change(&self) }
}

extension EntryWorld {
    var accountID: AccountID {
        get throws { try AccountID(userType, "7") }
    }

    /// The account with its orders booked one after the other, so that margins are as they would be.
    func account() throws -> Account {
        var account = Account(
            id: try accountID, portfolio: nil, config: nil, book: Book(), orders: [:],
            answers: [:])
        guard let balance else { return account }
        account.config = AccountConfig(
            group: group, leverage: leverage, sendingOrders: sendingOrders, isEnabled: isEnabled,
            accountNumber: accountNumber)
        account.portfolio = Portfolio(
            version: 4, token: OrdersToken(text: "t"), balance: try Money(balance))
        for order in orders {
            let step = Transition(.orderOpenConfirmed, EventID(text: "set-up"), order: order)
            account = try account.applying(step, at: try prices(), random: 0, now: now).account
        }
        for (id, done) in done { account.orders[id] = .done(done) }
        return account
    }

    func prices() throws -> Prices {
        var prices = Prices()
        for (symbol, quote) in quotes {
            prices[try Symbol(symbol)] = MarketPrice(
                bid: try Price(quote.bid), ask: try Price(quote.ask), ageMilliseconds: quote.age)
        }
        return prices
    }

    func handler() throws -> OrderEntryHandler {
        OrderEntryHandler(
            rules: OrderEntryRules(
                maxOpenOrders: maxOpenOrders, marketHours: marketHours,
                providers: [try Provider("barclays"), try Provider("oanda")],
                defaultProvider: try Provider("barclays")))
    }

    func command(_ fields: [String: String]) throws -> Command {
        var all = [
            "v": "1", "request_id": "req-1", "user_type": userType.rawValue, "user_id": "7",
        ]
        all.merge(fields) { _, new in new }
        let list = all.sorted { $0.key < $1.key }.map { Fields.Field($0.key, $0.value) }
        return try Command(Fields(list), entry: "\(acceptedAt)-0")
    }

    /// What was read for the command: no more than it asks for.
    func context(for command: Command, on account: Account) throws -> DecisionContext {
        let handler = try handler()
        var needs = (try? handler.needs(command, on: account)) ?? Needs()
        let read = Dictionary(
            uniqueKeysWithValues: needs.terms.map { key in
                let fields = key.group == group ? terms[key.symbol.text] ?? [:] : [:]
                return (key, Fields(fields.map { Fields.Field($0.key, $0.value) }))
            })
        needs.symbols.formUnion(
            (try? handler.furtherNeeds(command, on: account, terms: read)) ?? [])
        let known = try prices()
        var prices = Prices()
        for symbol in needs.symbols { prices[symbol] = known[symbol] }
        return DecisionContext(
            now: now, queueNow: queueNow, prices: prices, terms: read, pressure: pressure,
            numbers: [number])
    }

    func decide(_ fields: [String: String], on account: Account? = nil) throws -> Outcome {
        let command = try command(fields)
        let account = try account ?? self.account()
        return try handler().decide(
            command, on: account, in: try context(for: command, on: account))
    }

    /// The transition of an accepted command.
    func accept(_ fields: [String: String], on account: Account? = nil) throws -> Transition {
        let outcome = try decide(fields, on: account)
        guard case .apply(let transition) = outcome else {
            throw UnexpectedOutcome(outcome: outcome)
        }
        return transition
    }
}

struct UnexpectedOutcome: Error {
    let outcome: Outcome
}

extension EntryWorld {
    static let place = [
        "command": "place", "symbol": "EURUSD", "order_type": "BUY", "order_quantity": "1",
    ]
    /// A limit below the market, whose bounds are 1.1003 for buys and 1.0999 for sells.
    static let placePending = [
        "command": "place_pending", "symbol": "EURUSD", "order_type": "BUY_LIMIT",
        "order_quantity": "1", "order_price": "1.05",
    ]
    static let modify = ["command": "modify", "order_id": "41", "order_price": "1.06"]
    static let cancel = ["command": "cancel", "order_id": "41"]
    static let close = ["command": "close", "order_id": "41"]
    static let setSwap = ["command": "set_swap", "order_id": "41", "swap": "-3.5"]
    static let cancelStopLoss = ["command": "cancel_stop_loss", "order_id": "41"]
    static let cancelTakeProfit = ["command": "cancel_take_profit", "order_id": "41"]
    /// Right for a buy of 1.05 and more.
    static let setStopLoss = [
        "command": "set_stop_loss", "order_id": "41", "stop_loss": "1.04",
    ]
    static let setTakeProfit = [
        "command": "set_take_profit", "order_id": "41", "take_profit": "1.2",
    ]
    /// Everything about order 41.
    static let aboutOrder = [
        modify, cancel, close, setStopLoss, setTakeProfit, cancelStopLoss, cancelTakeProfit,
        setSwap,
    ]
    static let create = ["command": "account_create", "group": "VIP", "leverage": "200"]

    /// An order of one lot, as it stands in a state.
    func order(
        _ id: Int64, _ state: OrderState, symbol: String = "EURUSD", side: OrderType = .buy,
        price: String = "1.1002", change: (inout Order) -> Void = { _ in }
    ) throws -> Order {
        let fields = try #require(terms[symbol])
        var order = Order(
            placement: Placement(
                id: OrderID(number: id), account: try accountID,
                terms: try InstrumentTerms(symbol: Symbol(symbol), group: group) { fields[$0] },
                leverage: leverage, flow: try Provider("barclays"), accountNumber: accountNumber,
                placedAs: side, createdAt: now - 60_000),
            type: side, state: state, quantity: 1, price: try Price(price))
        change(&order)
        return order
    }
}

extension Fields {
    /// By name; a name that comes twice shows as two lines.
    var byName: [String: String] {
        Dictionary(list.map { ($0.name, $0.value) }) { "\($0)\n\($1)" }
    }
}

extension [String: String] {
    func with(_ changes: [String: String?]) -> [String: String] {
        var fields = self
        for (name, value) in changes { fields[name] = value }
        return fields
    }
}

extension EntryWorld {
    /// A limit of one lot at 1.05, as it rests.
    func resting(
        _ id: Int64 = 41, _ state: OrderState = .pending, _ type: OrderType = .buyLimit,
        price: String = "1.05", change: (inout Order) -> Void = { _ in }
    ) throws -> Order {
        try order(id, state, side: type, price: price) { order in
            order.money.contractValue = 100_000
            change(&order)
        }
    }

    /// Order 41 in any state, with the type that it has there, and with both legs in this state.
    func order(in state: OrderState, legs: LegState = .none) throws -> Order {
        let type: OrderType = state.isResting || state == .cancelled ? .buyLimit : .buy
        return try order(41, state, side: type, price: "1.05") { order in
            if state == .modifying || state == .cancelling { order.stateBefore = .pending }
            for leg in Leg.allCases where legs != .none {
                order[leg].state = legs
                order[leg].price = leg == .stopLoss ? 1 : 2
                order[leg].id = LifecycleID(leg == .stopLoss ? .stopLoss : .takeProfit, number: 3)
            }
        }
    }
}

extension Transition {
    /// The order's fields that the transition changed, as the holdings hash has them; nil: gone.
    func changes(from account: Account) throws -> [String: String?] {
        let after = try #require(order).fields.byName
        guard case .kept(let order)? = account.orders[try #require(order).id] else { return [:] }
        let before = order.fields.byName
        var changes: [String: String?] = [:]
        for name in Set(before.keys).union(after.keys) where before[name] != after[name] {
            changes[name] = .some(after[name])
        }
        return changes
    }
}
