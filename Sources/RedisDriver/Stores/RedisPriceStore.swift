package import ServiceRuntime
package import Shared

/// Prices as the market feed wrote them: `market:<SYM>` (domain §5).
package final class RedisPriceStore: PriceStore {
    /// What a symbol trades at.
    package struct Quote: Sendable, Equatable {
        package let symbol: Symbol
        package let bid: Price
        package let ask: Price

        package init(symbol: Symbol, bid: Price, ask: Price) {
            self.symbol = symbol
            self.bid = bid
            self.ask = ask
        }
    }

    private let client: StoreClient
    /// What counts as the age of a price whose stamp lies in the future: another server's clock
    /// made it, or the clock was set back, so it tells nothing. Old enough for every limit.
    private static let unknownAge: Int64 = 365 * 24 * 3_600_000
    /// How far a clock that is kept in step is set back, ms.
    private static let clockStep: Int64 = 100

    /// About how many ticks of a symbol are kept: more than come while a symbol changes its owner.
    private static let ticks = 1_000

    init(_ client: StoreClient) { self.client = client }

    /// On a client of its own, for a feed.
    package convenience init(_ client: RedisClient) { self.init(StoreClient(client)) }

    package func prices(_ symbols: Set<Symbol>) throws(StoreError) -> Prices {
        try read(symbols).prices
    }

    /// Prices, and the least TIME of their servers; nil where there is no price.
    private func read(
        _ symbols: Set<Symbol>
    ) throws(StoreError) -> (prices: Prices, time: Int64?) {
        let symbols = Array(symbols)
        var prices = Prices()
        var times: [Int64] = []
        let replies = client.run(symbols.map { RedisCommand(Scripts.price, Keys.market($0)) })
        for (symbol, reply) in zip(symbols, replies) {
            let found = try reply.read("price") { try Self.price($0) }.get()
            prices[symbol] = found.first?.price
            times += found.map { $0.time }
        }
        return (prices, times.min())
    }

    /// One price with its server's TIME, or none.
    private static func price(_ reply: Reply) throws -> [(price: MarketPrice, time: Int64)]? {
        guard let parts = reply.elements else { return nil }
        if parts.isEmpty { return [] }
        guard parts.count == 4, let bid = parts[0].text, let ask = parts[1].text,
            let age = parts[2].number, let time = parts[3].number
        else { return nil }
        let price = MarketPrice(
            bid: try Price(bid), ask: try Price(ask),
            ageMilliseconds: age < -clockStep ? unknownAge : max(0, age))
        return [(price, time)]
    }

    /// Writes prices, each stamped by the server that keeps it: the price for all who ask, and a tick
    /// beside the house's triggers, which may lie on another server.
    package func publish(_ quotes: [Quote]) -> [Result<Void, StoreError>] {
        let replies = client.run(quotes.flatMap { [Self.setPrice($0), Self.appendTick($0)] })
        return quotes.indices.map { index in
            replies[2 * index].flatMap { _ in replies[2 * index + 1] }.map { _ in }
        }
    }

    private static func setPrice(_ quote: Quote) -> RedisCommand {
        var command = RedisCommand(Scripts.setPrice, Keys.market(quote.symbol))
        command.append(quote.bid.text)
        command.append(quote.ask.text)
        return command
    }

    private static func appendTick(_ quote: Quote) -> RedisCommand {
        let keys = TriggerKeys(quote.symbol)
        var command = RedisCommand(Scripts.appendTick, keys.ticks, keys.orders)
        command.append(quote.bid.text)
        command.append(quote.ask.text)
        command.append(ticks)
        command.append(Keys.ticksChannel)
        command.append(quote.symbol.text)
        return command
    }
}

extension RedisPriceStore: FillPriceStore {
    /// One server has one clock, which the prices bring along. The nodes of a cluster have one each,
    /// and no order among them: there the clocks are read first, in a round trip of their own.
    package func prices(
        _ symbols: Set<Symbol>, for places: Set<FillPlace>
    ) throws(StoreError) -> StampedPrices {
        guard client.redis.isCluster else {
            let (prices, time) = try read(symbols)
            guard let time else { return StampedPrices(prices: prices) }
            return StampedPrices(
                prices: prices, times: Dictionary(uniqueKeysWithValues: places.map { ($0, time) })
            )
        }
        let times = try times(of: places)
        return StampedPrices(prices: try read(symbols).prices, times: times)
    }

    private func times(
        of places: Set<FillPlace>
    ) throws(StoreError) -> [FillPlace: Int64] {
        let places = Array(places)
        var times: [FillPlace: Int64] = [:]
        for (place, reply) in zip(places, client.run(places.map(\.stamp))) {
            switch reply.read("stamp", \.number) {
            case .success(let time): times[place] = time
            // Nothing can be done there now, but perhaps elsewhere.
            case .failure(let error): guard error.isUnavailable else { throw error }
            }
        }
        return times
    }
}

extension FillPlace {
    /// Reads the clock of the server.
    fileprivate var stamp: RedisCommand {
        switch self {
        case .reports(let partition):
            RedisCommand(Scripts.stamp, LaneID(queue: .reports, partition).stream)
        case .triggers(let symbol): RedisCommand(Scripts.stamp, TriggerKeys(symbol).orders)
        }
    }
}
