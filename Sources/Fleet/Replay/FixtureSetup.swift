import RedisDriver
import ServiceRuntime
import Shared

/// Writes what a fixture begins with straight into the documented keys. Such an account has no
/// beginning in Postgres, so this is for a Redis that is thrown away.
struct FixtureSetup {
    private let redis: RedisClient
    private let topology: Topology
    private let market: MarketWriter
    private(set) var accounts: [AccountID: FixtureAccount] = [:]
    private var terms: [TermsKey: InstrumentTerms] = [:]
    private var books: [AccountID: Book] = [:]
    private var prices = Prices()

    init(_ context: Context) throws {
        redis = try context.redis()
        topology = try context.topology()
        market = try MarketWriter(context)
    }

    mutating func add(_ account: FixtureAccount) throws {
        let id = account.account
        let emitted = LaneID(events: id.partition(of: topology.partitions), .projection).emitted
        let known = try redis.call(
            RedisCommand("HEXISTS", slot: emitted.slot.number, [emitted.text, id.tag])
        ).get()
        guard known.number == 0, try redis.fields(of: id.portfolio).isEmpty else {
            throw Failure("\(id) has a history; replay needs a Redis without it")
        }
        accounts[id] = account
        let config = Fields(
            account.config.fields.list + [.init("wallet_balance", account.balance.text)])
        try write([RedisCommand(set: config, in: id.config)])
        try writePortfolio(of: account)
    }

    mutating func add(_ terms: InstrumentTerms) throws {
        self.terms[TermsKey(group: terms.group, symbol: terms.symbol)] = terms
        let key = Keys.terms(group: terms.group, terms.symbol)
        try write([RedisCommand(set: terms.storedFields, in: key)])
    }

    mutating func addPrice(_ symbol: Symbol, _ price: FixturePrice) throws {
        prices[symbol] = MarketPrice(
            bid: price.bid, ask: price.ask, ageMilliseconds: price.age)
        try market.publish([(symbol, bid: price.bid, ask: price.ask)])
        guard price.age > 0 else { return }
        let key = Keys.market(symbol)
        let time = try redis.clock(of: key.slot) - price.age
        try write([RedisCommand(set: Fields(["ts": String(time)]), in: key)])
    }

    /// The order with all that leads to it and adds it up: index, book, margins, lookups.
    mutating func add(order fields: Fields, of id: AccountID) throws -> OrderKey {
        guard let account = accounts[id] else { throw Failure("\(id) is not set up before") }
        let order = try Order(try completed(fields, account), account: id)
        var commands = [
            RedisCommand(set: order.fields, in: id.holdings(order.id)),
            RedisCommand(
                set: Fields([
                    "user_type": id.userType.rawValue, "user_id": id.userID,
                    "symbol": order.symbol.text,
                ]), in: Keys.orderData(order.id)),
        ]
        let ids = try order.ids.entries.map { try LifecycleID(String($0.name)) }
        for lookup in ids + [LifecycleID(order.id)] {
            let key = Keys.lookup(lookup)
            commands.append(
                RedisCommand("SET", slot: key.slot.number, [key.text, order.id.text]))
        }
        if !order.state.isTerminal {
            commands.append(
                RedisCommand("SADD", slot: id.slot.number, [id.ordersIndex.text, order.id.text]))
            let entry = Fields([.init(order.id.text, BookEntry(order).text)])
            commands.append(RedisCommand(set: entry, in: id.book))
        }
        try write(commands)
        books[id, default: Book()].set(order)
        try writePortfolio(of: account)
        return order.key
    }

    private func completed(_ fields: Fields, _ account: FixtureAccount) throws -> Fields {
        let symbol = try fields.required("symbol") { try Symbol($0) }
        guard let terms = terms[TermsKey(group: account.config.group, symbol: symbol)] else {
            throw Failure("group \(account.config.group) has no terms of \(symbol) before")
        }
        var fields = fields
        var defaults = terms.storedFields
        defaults["leverage"] = account.config.leverage.text
        defaults["flow"] = Provider.house.name
        defaults["placed_as"] = fields["order_type"]
        defaults["created_at"] = String(WallClock.milliseconds())
        defaults["version"] = "1"
        for field in defaults.list where fields[field.name] == nil {
            fields.append(field.name, field.value)
        }
        return fields
    }

    private func writePortfolio(of account: FixtureAccount) throws {
        let id = account.account
        var portfolio = Portfolio(
            version: 0, token: OrdersToken(text: "fixture~0"), balance: account.balance)
        let book = books[id] ?? Book()
        for name in book.symbols {
            let symbol = try Symbol(name)
            portfolio.margins[symbol] = try AccountMargin.price(
                book.entries(of: symbol), at: prices, known: nil)
        }
        try write([RedisCommand(set: try portfolio.fields(), in: id.portfolio)])
    }

    private func write(_ commands: [RedisCommand]) throws {
        for reply in redis.pipeline(commands) { _ = try reply.get() }
    }
}
