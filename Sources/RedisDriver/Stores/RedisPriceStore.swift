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
        let symbols = Array(symbols)
        var prices = Prices()
        let replies = client.run(symbols.map { Command(Scripts.price, Keys.market($0)) })
        for (symbol, reply) in zip(symbols, replies) {
            let price = try reply.read("price") { try Self.price($0) }.get()
            prices[symbol] = price.first
        }
        return prices
    }

    /// One price, or none.
    private static func price(_ reply: Reply) throws -> [MarketPrice]? {
        guard let parts = reply.elements else { return nil }
        if parts.isEmpty { return [] }
        guard parts.count == 3, let bid = parts[0].text, let ask = parts[1].text,
            let age = parts[2].number
        else { return nil }
        return [
            MarketPrice(
                bid: try Price(bid), ask: try Price(ask),
                ageMilliseconds: age < -clockStep ? unknownAge : max(0, age))
        ]
    }

    /// Writes prices, each stamped by the server that keeps it: the price for all who ask, and a tick
    /// beside the house's triggers, which may lie on another server.
    package func publish(_ quotes: [Quote]) -> [Result<Void, StoreError>] {
        let replies = client.run(quotes.flatMap { [Self.setPrice($0), Self.appendTick($0)] })
        return quotes.indices.map { index in
            replies[2 * index].flatMap { _ in replies[2 * index + 1] }.map { _ in }
        }
    }

    private static func setPrice(_ quote: Quote) -> Command {
        var command = Command(Scripts.setPrice, Keys.market(quote.symbol))
        command.append(quote.bid.text)
        command.append(quote.ask.text)
        return command
    }

    private static func appendTick(_ quote: Quote) -> Command {
        let keys = TriggerKeys(quote.symbol)
        var command = Command(Scripts.appendTick, keys.ticks, keys.orders)
        command.append(quote.bid.text)
        command.append(quote.ask.text)
        command.append(ticks)
        command.append(Keys.ticksChannel)
        command.append(quote.symbol.text)
        return command
    }
}
