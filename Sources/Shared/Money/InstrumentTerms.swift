/// A group's terms of one instrument. They are fixed when an order is placed and stay with it to
/// its end (domain §6).
package struct InstrumentTerms: Hashable, Sendable {
    package let symbol: Symbol
    package let group: String
    package let type: InstrumentType
    package let contractSize: ContractSize
    /// What price differences are counted in.
    package let profitCurrency: Currency
    /// In points of `spreadPip`.
    package let spread: Factor
    package let spreadPip: Price
    /// Dollars a lot or percent, as `commissionValueType` says.
    package let commissionRate: Factor
    package let commissionType: CommissionType
    package let commissionValueType: CommissionValueType
    /// What the margin of crypto is multiplied by; 1 unless the group says otherwise.
    package let cryptoMarginFactor: Factor
    package let minLot: Quantity
    package let maxLot: Quantity
    package let lotStep: Quantity
    /// Spread × spread pip ÷ 2, the house's share of a price (domain §1).
    package let halfSpread: Price

    /// Reads the fields of `groups:{<group>}:<SYM>`, or those that were stored on an order.
    ///
    /// All but commission and crypto factor must be there. Without a commission type or value type
    /// nothing is charged, as with a number that names none; where both name one, the rate must be
    /// there. Throws the first field that is missing or wrong.
    package init(
        symbol: Symbol, group: String, fields lookup: @escaping (String) -> String?
    ) throws(TermsError) {
        let reader = TermsReader(lookup: lookup)
        guard !group.isEmpty else { throw TermsReader.error(.group, "", .missing) }
        self.symbol = symbol
        self.group = group
        type = try reader.name(.type, InstrumentType.init(_:))
        contractSize = try reader.number(.contractSize, .positive)
        profitCurrency = try reader.name(.profit, Currency.init(_:))
        spread = try reader.number(.spread, .notNegative)
        spreadPip = try reader.number(.spreadPip, .notNegative)
        commissionType = Self.case(at: try reader.choice(.commissionType), else: .none)
        commissionValueType = Self.case(
            at: try reader.choice(.commissionValueType), else: .none)
        let charged = commissionType != .none && commissionValueType != .none
        commissionRate =
            charged
            ? try reader.number(.commissionRate, .notNegative)
            : try reader.number(.commissionRate, .notNegative, default: .zero)
        cryptoMarginFactor = try reader.number(.cryptoMarginFactor, .positive, default: 1)
        minLot = try reader.number(.minLot, .positive)
        maxLot = try reader.number(.maxLot, .positive)
        lotStep = try reader.number(.lotStep, .positive)
        guard minLot <= maxLot else {
            throw TermsReader.error(.minLot, minLot.text, .minimumAboveMaximum)
        }
        do {
            halfSpread = try Wide(spread).times(spreadPip).over(count: 2).rounded()
        } catch {
            throw TermsReader.error(.spread, spread.text, .number(error))
        }
    }

    /// The same from a hash's name–value pairs; a name that comes twice counts once, the first.
    package init(
        symbol: Symbol, group: String, fields: [(name: String, value: String)]
    ) throws(TermsError) {
        let byName = Dictionary(fields.lazy.map { ($0.name, $0.value) }) { first, _ in first }
        try self.init(symbol: symbol, group: group) { byName[$0] }
    }

    /// The terms as they are stored on an order, in the order of the list of fields.
    package var fields: [(name: String, value: String)] {
        TermsField.allCases.map { (name: $0.rawValue, value: text(of: $0)) }
    }

    private func text(of field: TermsField) -> String {
        switch field {
        case .group: group
        case .type: type.text
        case .contractSize: contractSize.text
        case .profit: profitCurrency.text
        case .spread: spread.text
        case .spreadPip: spreadPip.text
        case .commissionRate: commissionRate.text
        case .commissionType: String(commissionType.rawValue)
        case .commissionValueType: String(commissionValueType.rawValue)
        case .cryptoMarginFactor: cryptoMarginFactor.text
        case .minLot: minLot.text
        case .maxLot: maxLot.text
        case .lotStep: lotStep.text
        }
    }

    private static func `case`<Choice: RawRepresentable<Int>>(
        at number: Int?, else absent: Choice
    ) -> Choice {
        number.flatMap(Choice.init(rawValue:)) ?? absent
    }
}
