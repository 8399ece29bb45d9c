/// What margins and profits need of an instrument: the terms of an order hold more, the book of an
/// account holds just this.
package protocol ContractTerms {
    var symbol: Symbol { get }
    var type: InstrumentType { get }
    /// Units a lot.
    var contractSize: ContractSize { get }
    /// What price differences are counted in.
    var profitCurrency: Currency { get }
    /// Multiplies the margin of crypto; 1 without one.
    var cryptoMarginFactor: Factor { get }
}

extension InstrumentTerms: ContractTerms {}
