import ServiceRuntime
import Shared

/// What every command that raises the risk must pass (domain §7, architecture §4).
extension CommandCase {
    /// The fleet has room: neither Redis' memory nor a queue is too full.
    func checkRoom() throws(Refusal) {
        switch context.pressure {
        case .none: break
        case .memoryFull: throw Refusal(.memoryFull)
        case .overloaded: throw Refusal(.overloaded)
        }
    }

    /// The account's totals and configuration, if it may trade.
    func trading() throws(Refusal) -> (portfolio: Portfolio, config: AccountConfig) {
        let (portfolio, config) = try existing()
        guard config.isEnabled else { throw Refusal(.accountDisabled) }
        return (portfolio, config)
    }

    /// What the symbol trades at: known, fresh, above zero.
    func market(of symbol: Symbol) throws(Refusal) -> MarketPrice {
        guard let market = context.prices[symbol], market.bid.isPositive, market.ask.isPositive
        else { throw Refusal(.noPrice) }
        guard market.ageMilliseconds <= rules.maxPriceAge else { throw Refusal(.stalePrice) }
        return market
    }
}
