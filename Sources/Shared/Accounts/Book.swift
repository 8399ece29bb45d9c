/// One active order as the account's book holds it: all that margins and floating profit need.
package struct BookEntry: Sendable, Equatable, ContractTerms {
    package let symbol: Symbol
    package let type: InstrumentType
    package let side: Side
    package let state: OrderState
    package let quantity: Quantity
    /// Asked for until the fill, entry price after it.
    package let price: Price
    package let contractSize: ContractSize
    package let profitCurrency: Currency
    package let cryptoMarginFactor: Factor
    package let leverage: Factor
    package let commissionEntry: Money
    package let swap: Money

    package init(_ order: Order) {
        symbol = order.symbol
        type = order.terms.type
        side = order.side
        state = order.state
        quantity = order.quantity
        price = order.price
        contractSize = order.terms.contractSize
        profitCurrency = order.terms.profitCurrency
        cryptoMarginFactor = order.terms.cryptoMarginFactor
        leverage = order.placement.leverage
        commissionEntry = order.money.commissionEntry ?? .zero
        swap = order.money.swap ?? .zero
    }

    /// Twelve values separated by `|`, the symbol first.
    package var text: String {
        [
            symbol.text, type.text, side.text, state.rawValue, quantity.text, price.text,
            contractSize.text, profitCurrency.text, cryptoMarginFactor.text, leverage.text,
            commissionEntry.text, swap.text,
        ].joined(separator: "|")
    }

    package init(_ text: String) throws {
        // Over bytes: walking characters takes twice as long, and a fill reads many of these.
        let bytes = text.utf8.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        let parts = bytes.prefix(4).map { String(Substring($0)) }
        guard bytes.count == 12, let state = OrderState(rawValue: parts[3]) else {
            throw FieldError("user_book", text, rule: "is no record of twelve values")
        }
        symbol = try Symbol(parts[0])
        type = try InstrumentType(parts[1])
        side = try Side(parts[2])
        self.state = state
        quantity = try Quantity(utf8: bytes[4])
        price = try Price(utf8: bytes[5])
        contractSize = try ContractSize(utf8: bytes[6])
        profitCurrency = try Currency(String(Substring(bytes[7])))
        cryptoMarginFactor = try Factor(utf8: bytes[8])
        leverage = try Factor(utf8: bytes[9])
        commissionEntry = try Money(utf8: bytes[10])
        swap = try Money(utf8: bytes[11])
    }
}

/// Every active order of an account. Records stay texts until somebody asks for them: a fill reads
/// those of its own symbol only.
package struct Book: Sendable, Equatable {
    /// Order id → record.
    package private(set) var records: [String: String]

    package init(records: [String: String] = [:]) { self.records = records }

    package var count: Int { records.count }

    package mutating func set(_ order: Order) {
        records[order.id.text] = order.state.isTerminal ? nil : BookEntry(order).text
    }

    package func entries(of symbol: Symbol) throws -> [BookEntry] {
        let prefix = symbol.text + "|"
        return try records.values.filter { $0.hasPrefix(prefix) }.map { try BookEntry($0) }
    }

    package func entries() throws -> [BookEntry] {
        try records.values.map { try BookEntry($0) }
    }

    /// The symbols that have an active order.
    package var symbols: Set<String> {
        Set(
            records.values.map { record in
                String(Substring(record.utf8.prefix { $0 != UInt8(ascii: "|") }))
            })
    }
}
