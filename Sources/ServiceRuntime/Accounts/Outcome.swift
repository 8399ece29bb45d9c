package import Shared

/// What the loop does next. The handler chooses; only the loop acts.
package enum Outcome: Sendable, Equatable {
    case apply(Transition)
    case ignore(IgnoreReason)
    /// Commands only: the text is written as their answer.
    case refuse(String)
    /// Never for commands.
    case `defer`(DeferReason)
    case dead(DeadReason)
}

/// One worker's decision. Pure: the same message, account and context give the same outcome. What
/// it throws counts as an attempt; after five the message is dead, a command refused.
package protocol MessageHandler: Sendable {
    associatedtype Message: AccountMessage

    var role: Role { get }

    /// How many fresh numbers for ids a decision may use.
    var numbersPerMessage: Int { get }

    /// What must be read from elsewhere before the decision.
    func needs(_ message: Message, on account: Account) throws -> Needs

    /// Prices that only show once the terms are read, such as those that turn their profit
    /// currency into dollars. Asked after `needs`; the prices of both are read in one call.
    func furtherNeeds(
        _ message: Message, on account: Account, terms: [TermsKey: Fields]
    ) throws -> Set<Symbol>

    func decide(
        _ message: Message, on account: Account, in context: DecisionContext
    ) throws -> Outcome
}

extension MessageHandler {
    package func furtherNeeds(
        _ message: Message, on account: Account, terms: [TermsKey: Fields]
    ) throws -> Set<Symbol> { [] }
}

/// Thrown by a decision that lacks what was not read for it, because a message before it in the
/// same chain changed what is needed (a new account's group). It is no failure: the message is
/// decided with the next batch, on what is read then.
package struct NotRead: Error, Sendable, CustomStringConvertible {
    package let what: String

    package init(_ what: String) { self.what = what }

    package var description: String { "\(what) was not read" }
}

/// Keys in other slots that a decision reads.
package struct Needs: Sendable, Equatable {
    package var symbols: Set<Symbol>
    package var terms: Set<TermsKey>

    package init(symbols: Set<Symbol> = [], terms: Set<TermsKey> = []) {
        self.symbols = symbols
        self.terms = terms
    }

    /// The prices by which an order's own symbol is repriced and its money becomes dollars.
    package init(of order: Order) {
        symbols = [order.symbol]
        symbols.formUnion(Conversion.pairs(for: order.terms.profitCurrency))
        terms = []
    }
}

/// Inputs of a decision besides message and account.
package struct DecisionContext: Sendable {
    /// The clock of the server that holds the account, ms.
    package let now: Int64
    /// The clock of the server that holds the queue, ms: by it the ages of its entries are told. It
    /// may be ahead by as long as the fetch took, never behind.
    package let queueNow: Int64
    package let prices: Prices
    package let terms: [TermsKey: Fields]
    /// Whether the fleet has room for new risk.
    package let pressure: Pressure.State
    /// Fresh numbers for ids, as many as the handler asked for.
    package let numbers: [Int64]

    /// - Parameter queueNow: nil where it is the account's server.
    package init(
        now: Int64, queueNow: Int64? = nil, prices: Prices, terms: [TermsKey: Fields] = [:],
        pressure: Pressure.State = .none, numbers: [Int64] = []
    ) {
        self.now = now
        self.queueNow = queueNow ?? now
        self.pressure = pressure
        self.prices = prices
        self.terms = terms
        self.numbers = numbers
    }
}

/// Numbers for ids and random bits: inputs, so that tests choose them.
package protocol NumberSource: AnyObject {
    /// Positive, 63 bits, never the same twice (domain §4). Unavailable while the generator has no
    /// lease or its clock stepped back.
    func nextNumber() throws(StoreError) -> Int64

    func random() -> UInt64
}
