import ServiceRuntime
import Shared

/// What a new order must pass besides its fields, in the order of domain §7. Market and pending
/// orders share these.
struct PlacementChecks {
    let it: CommandCase
    let portfolio: Portfolio
    let config: AccountConfig
    let flow: Provider
    let terms: InstrumentTerms
    /// Known, fresh, above zero.
    let market: MarketPrice
    /// Turns the order's margin into dollars; of any age, since it books nothing (domain §6).
    let conversion: Conversion

    init(_ it: CommandCase, symbol: Symbol, quantity: Quantity) throws {
        self.it = it
        switch it.context.pressure {
        case .none: break
        case .memoryFull: throw Refusal(.memoryFull)
        case .overloaded: throw Refusal(.overloaded)
        }
        (portfolio, config) = try it.existing()
        guard config.isEnabled else { throw Refusal(.accountDisabled) }
        flow = try Self.flow(of: it, config)
        guard config.leverage.isPositive else { throw Refusal(.invalidLeverage) }
        terms = try Self.terms(of: symbol, group: config.group, it.context.terms)
        try Self.check(quantity, terms)
        guard it.account.book.count < it.rules.maxOpenOrders else {
            throw Refusal(.tooManyOpenOrders, "at most \(it.rules.maxOpenOrders)")
        }
        guard it.rules.marketHours.isOpen(for: terms.type, at: it.context.now) else {
            throw Refusal(.marketClosed)
        }
        market = try Self.market(of: symbol, it)
        guard let conversion = it.context.prices.conversion(for: terms.profitCurrency) else {
            throw Refusal(.noRate, terms.profitCurrency.text)
        }
        self.conversion = conversion
    }

    private static func flow(
        of it: CommandCase, _ config: AccountConfig
    ) throws(Refusal) -> Provider {
        let flow = config.flow(
            of: it.account.id.userType, known: it.rules.providers,
            fallback: it.rules.defaultProvider)
        guard let flow else { throw Refusal(.unsupportedFlow) }
        return flow
    }

    private static func terms(
        of symbol: Symbol, group: String, _ read: [TermsKey: Fields]
    ) throws -> InstrumentTerms {
        guard let fields = read[TermsKey(group: group, symbol: symbol)] else {
            throw NotRead("terms of \(symbol) in group \(group)")
        }
        guard !fields.isEmpty else { throw Refusal(.termsUnknown) }
        do throws(TermsError) {
            return try InstrumentTerms(symbol: symbol, group: group) { fields[$0] }
        } catch {
            throw Refusal(.termsUnknown, "\(error.field) \(error.code)")
        }
    }

    private static func check(_ quantity: Quantity, _ terms: InstrumentTerms) throws(Refusal) {
        let field = "order_quantity must be"
        guard quantity.isMultiple(of: terms.lotStep) else {
            throw Refusal(.lotStep, "\(field) a multiple of \(terms.lotStep)")
        }
        guard quantity >= terms.minLot else {
            throw Refusal(.minLot, "\(field) at least \(terms.minLot)")
        }
        guard quantity <= terms.maxLot else {
            throw Refusal(.maxLot, "\(field) at most \(terms.maxLot)")
        }
    }

    private static func market(
        of symbol: Symbol, _ it: CommandCase
    ) throws(Refusal) -> MarketPrice {
        guard let market = it.context.prices[symbol], market.bid.isPositive,
            market.ask.isPositive
        else { throw Refusal(.noPrice) }
        guard market.ageMilliseconds <= it.rules.maxPriceAge else { throw Refusal(.stalePrice) }
        return market
    }
}

extension PlacementChecks {
    /// The margin of the order alone at `price`, which must be free (domain §7: free margin ≥
    /// margin). A hedge is checked with its own margin too, as in the reference.
    func margin(_ quantity: Quantity, at price: Price) throws -> Money {
        let margin: Money
        do throws(NumberError) {
            margin = try MarginRules.orderMargin(
                terms: terms, leverage: config.leverage, quantity: quantity, price: price,
                conversion: conversion)
        } catch {
            throw Refusal(.outOfRange, "order_quantity")
        }
        let free = try FreeMargin.of(it.account, portfolio: portfolio, at: it.context.prices)
        guard free >= margin else { throw Refusal(.insufficientMargin) }
        return margin
    }

    func contractValue(_ quantity: Quantity) throws(Refusal) -> ContractValue {
        do throws(NumberError) {
            return try MarginRules.contractValue(terms: terms, quantity: quantity)
        } catch {
            throw Refusal(.outOfRange, "order_quantity")
        }
    }
}
