import Shared

/// Fields that several commands have.
extension CommandFields {
    /// A number above zero.
    func positive<Unit>(_ name: String) throws(Refusal) -> Fixed<Unit> {
        let value: Fixed<Unit> = try required(name) { try Fixed($0) }
        return try Self.checked(value, name)
    }

    func optionalPositive<Unit>(_ name: String) throws(Refusal) -> Fixed<Unit>? {
        let value: Fixed<Unit>? = try optional(name) { try Fixed($0) }
        guard let value else { return nil }
        return try Self.checked(value, name)
    }

    private static func checked<Unit>(
        _ value: Fixed<Unit>, _ name: String
    ) throws(Refusal) -> Fixed<Unit> {
        guard value.isPositive else { throw Refusal(.invalidField, "\(name) must be above zero") }
        return value
    }

    /// An amount of dollars and cents above zero: booked money has no smaller parts (domain §2).
    func amount() throws(Refusal) -> Money {
        let amount: Money = try positive("amount")
        guard Self.isCents(amount) else { throw Refusal(.tooManyDecimals, "amount") }
        return amount
    }

    /// The order that the command is about.
    func orderID() throws(Refusal) -> OrderID {
        try required("order_id") { try OrderID($0) }
    }

    /// Dollars and cents that a position has earned or costs by resting overnight; of either sign.
    func swap() throws(Refusal) -> Money {
        let swap = try required("swap") { try Money($0) }
        guard Self.isCents(swap) else { throw Refusal(.tooManyDecimals, "swap") }
        return swap
    }

    private static func isCents(_ amount: Money) -> Bool {
        amount.raw.isMultiple(of: Money.scale / 100)
    }

    func initiator() throws(Refusal) -> Initiator? {
        try optional("initiator") { try Initiator(text: $0) }
    }

    /// Milliseconds that the command may wait for its decision.
    func ttl() throws(Refusal) -> Int64 {
        let longest = OrderEntryRules.longestTTL
        let ttl = try optional("ttl_ms") { text in
            guard let ttl = Int64(text), (1...longest).contains(ttl) else {
                throw Refusal(
                    .invalidField, "ttl_ms must be a whole number from 1 to \(longest)")
            }
            return ttl
        }
        return ttl ?? longest
    }

    /// `ts` is the sender's own; it decides nothing, but it must be a time.
    func checkTimestamp() throws(Refusal) {
        _ = try optional("ts") { try Number.int64($0) }
    }
}

/// Fields of an account's configuration.
extension CommandFields {
    /// It becomes part of keys, as the symbol does.
    func group() throws(Refusal) -> String? { try word("group") }

    func accountNumber() throws(Refusal) -> String? { try word("account_number") }

    func leverage() throws(Refusal) -> Factor? {
        let leverage = try optional("leverage") { try Factor($0) }
        guard let leverage else { return nil }
        guard leverage.isPositive else { throw Refusal(.invalidLeverage) }
        return leverage
    }

    /// `rock`, or the name of a provider. Whether that is configured is asked at each placement.
    func sendingOrders() throws(Refusal) -> String? {
        try optional("sending_orders") { try Provider($0).name }
    }

    /// `status`, as the configuration's hash has it: 1 enabled, 0 disabled.
    func isEnabled() throws(Refusal) -> Bool? {
        try optional("status") { text in
            guard text == "0" || text == "1" else {
                throw Refusal(.invalidField, "status must be 0 or 1")
            }
            return text == "1"
        }
    }

    private func word(_ name: String) throws(Refusal) -> String? {
        try optional(name) { text in
            let allowed = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            guard allowed, text.utf8.count <= 64 else {
                throw Refusal(.invalidField, "\(name) must be 1 to 64 of A-Z a-z 0-9 . _ -")
            }
            return text
        }
    }
}
