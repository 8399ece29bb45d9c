/// The name of an account's state after one transition: the event id that made it and 64 random
/// bits drawn with its decision. Two decisions on the same state never make the same token.
package struct OrdersToken: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(text: String) { self.text = text }

    package init(event: EventID, random: UInt64) {
        text = event.text + "~" + String(random, radix: 16)
    }

    package var description: String { text }
}

/// The totals of one account: `user_portfolio:{T}`.
package struct Portfolio: Sendable, Equatable {
    /// Rises by exactly one with each transition of the account.
    package var version: Int64
    package var token: OrdersToken
    /// Dollars. The truth in Redis; `config.wallet_balance` is its copy (domain §8).
    package var balance: Money
    package var margins: [Symbol: SymbolMargin]
    /// Why the account is parked; nil while it trades.
    package var parked: String?

    package init(
        version: Int64, token: OrdersToken, balance: Money,
        margins: [Symbol: SymbolMargin] = [:], parked: String? = nil
    ) {
        self.version = version
        self.token = token
        self.balance = balance
        self.margins = margins
        self.parked = parked
    }

    /// Reads the hash; nil where the account does not exist. Fields of other writers, such as
    /// `equity`, are left alone.
    package init?(_ fields: Fields) throws(FieldError) {
        guard fields.present("orders_version") != nil else { return nil }
        version = try fields.required("orders_version", Number.int64)
        token = OrdersToken(text: try fields.required("orders_token"))
        balance = try fields.required("balance") { try Money($0) }
        parked = fields.present("parked")
        margins = [:]
        for field in fields.list where field.name.hasPrefix("m:") {
            let symbol = try Fields.read(field.name, String(field.name.dropFirst(2))) {
                try Symbol($0)
            }
            margins[symbol] = try Fields.read(field.name, field.value) { try SymbolMargin($0) }
        }
    }

    /// Whether a symbol has this field, `m:<SYM>`.
    package func has(_ field: String) -> Bool {
        margins.keys.contains { field == "m:" + $0.text }
    }

    /// Sum over symbols of what positions tie up (domain §6).
    package func usedMarginExecuted() throws(NumberError) -> Money {
        try sum(\.executed)
    }

    /// The same with queued orders.
    package func usedMarginAll() throws(NumberError) -> Money { try sum(\.all) }

    private func sum(_ part: (SymbolMargin) -> Money) throws(NumberError) -> Money {
        var total = Money.zero
        for margin in margins.values { total = try total + part(margin) }
        return total
    }

    /// The fields that a transition writes. `used_margin` is the reference's second name for
    /// `used_margin_executed`.
    package func fields() throws(NumberError) -> Fields {
        let executed = try usedMarginExecuted().text
        var fields = Fields([
            .init("orders_version", String(version)), .init("orders_token", token.text),
            .init("balance", balance.text), .init("used_margin_executed", executed),
            .init("used_margin_all", try usedMarginAll().text), .init("used_margin", executed),
        ])
        for (symbol, margin) in margins { fields.append("m:" + symbol.text, margin.text) }
        return fields
    }
}

/// The margins of one symbol as last priced, and at which price and rate, so that they can be
/// checked later (domain §6).
package struct SymbolMargin: Sendable, Equatable {
    /// Dollars, positions only.
    package let executed: Money
    /// Dollars, with queued orders.
    package let all: Money
    /// The ask that priced types 1 to 3; nil where each order's own price did.
    package let price: Price?
    package let conversion: Conversion

    package init(executed: Money, all: Money, price: Price?, conversion: Conversion) {
        self.executed = executed
        self.all = all
        self.price = price
        self.conversion = conversion
    }

    /// `executed all price rate`: price `-` for each order's own; rate `-` for dollars,
    /// `*rate@pair` where it multiplies, `/rate@pair` where it divides.
    package var text: String {
        let sign = conversion.inverted ? "/" : "*"
        let rate = conversion.pair.map { "\(sign)\(conversion.rate.text)@\($0.text)" } ?? "-"
        return "\(executed.text) \(all.text) \(price?.text ?? "-") \(rate)"
    }

    package init(_ text: String) throws {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 4 else {
            throw FieldError("m", text, rule: "is not '<executed> <all> <price> <rate>'")
        }
        executed = try Money(parts[0])
        all = try Money(parts[1])
        price = parts[2] == "-" ? nil : try Price(parts[2])
        if parts[3] == "-" {
            conversion = .identity
        } else {
            let rate = parts[3].dropFirst().split(separator: "@").map(String.init)
            guard rate.count == 2, let sign = parts[3].first, sign == "*" || sign == "/" else {
                throw FieldError("m", text, rule: "has no rate '*<rate>@<pair>' or '/…'")
            }
            conversion = Conversion(
                rate: try Price(rate[0]), pair: try Symbol(rate[1]), inverted: sign == "/",
                ageMilliseconds: 0)
        }
    }
}
