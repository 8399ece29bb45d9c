/// What is fixed when an order is placed and stays with it to its end (domain §6): whose it is,
/// on which terms, with which leverage, through which provider.
package struct Placement: Sendable, Equatable {
    package let id: OrderID
    package let account: AccountID
    package let terms: InstrumentTerms
    package let leverage: Factor
    /// `house` or the name of a provider. It is stored and never derived again (domain §7).
    package let flow: Provider
    package let accountNumber: String?
    /// The type as it was asked for; a fill turns `Order.type` into BUY or SELL.
    package let placedAs: OrderType
    /// Milliseconds since 1970, by Redis' clock.
    package let createdAt: Int64

    package init(
        id: OrderID, account: AccountID, terms: InstrumentTerms, leverage: Factor,
        flow: Provider, accountNumber: String?, placedAs: OrderType, createdAt: Int64
    ) {
        self.id = id
        self.account = account
        self.terms = terms
        self.leverage = leverage
        self.flow = flow
        self.accountNumber = accountNumber
        self.placedAs = placedAs
        self.createdAt = createdAt
    }

    package init(_ fields: Fields, account: AccountID) throws(FieldError) {
        self.account = account
        id = try fields.required("order_id") { try OrderID($0) }
        let symbol = try fields.required("symbol") { try Symbol($0) }
        do {
            terms = try InstrumentTerms(
                symbol: symbol, group: try fields.required("group"), fields: { fields[$0] })
        } catch let error as FieldError {
            throw error
        } catch {
            throw FieldError("terms", symbol.text, rule: "\(error)")
        }
        leverage = try fields.required("leverage") { try Factor($0) }
        flow = try fields.required("flow") { try Provider($0) }
        accountNumber = fields.present("account_number")
        placedAs = try fields.required("placed_as") { try OrderType(text: $0) }
        createdAt = try fields.required("created_at", Number.int64)
    }

    /// The names of all that `fields` may hold.
    package static let names: Set<String> = Set(
        [
            "order_id", "user_type", "user_id", "symbol", "leverage", "flow", "execution",
            "placed_as", "created_at", "account_number", "group",
        ] + TermsField.allCases.map(\.rawValue))

    /// The fields of the holdings hash that never change.
    package var fields: Fields {
        var fields = Fields([
            .init("order_id", id.text), .init("user_type", account.userType.rawValue),
            .init("user_id", account.userID), .init("symbol", terms.symbol.text),
            .init("leverage", leverage.text), .init("flow", flow.name),
            .init("execution", flow == .house ? "local" : "provider"),
            .init("placed_as", placedAs.rawValue), .init("created_at", String(createdAt)),
        ])
        fields["account_number"] = accountNumber
        for (name, value) in terms.fields where name != "symbol" { fields.append(name, value) }
        return fields
    }
}
