/// The fields of an instrument's terms in `groups:{<group>}:<SYM>` and on each order, by their
/// names in Redis. What is read and what is written both go by this one list.
enum TermsField: String, CaseIterable {
    case group
    case type
    case contractSize = "contract_size"
    case profit
    case spread
    case spreadPip = "spread_pip"
    case commissionRate = "commission_rate"
    case commissionType = "commission_type"
    case commissionValueType = "commission_value_type"
    case cryptoMarginFactor = "crypto_margin_factor"
    case minLot = "min_lot"
    case maxLot = "max_lot"
    case lotStep = "lot_step"

    /// Other spellings under which the reference's caches hold the field, tried in this order.
    var misspellings: [String] {
        switch self {
        case .commissionRate: ["commission", "commision"]
        case .commissionType: ["commision_type"]
        case .commissionValueType: ["commision_value_type"]
        case .group, .type, .contractSize, .profit, .spread, .spreadPip, .cryptoMarginFactor,
            .minLot, .maxLot, .lotStep:
            []
        }
    }
}

/// Reads fields one by one and names the one that is wrong.
struct TermsReader {
    let lookup: (String) -> String?

    /// What a number of the terms must be.
    enum Bound {
        case positive
        case notNegative
    }

    /// The first spelling that holds something; nil when all are absent or blank.
    func optional(_ field: TermsField) -> String? {
        if let text = lookup(field.rawValue), !text.isEmpty { return text }
        for name in field.misspellings {
            if let text = lookup(name), !text.isEmpty { return text }
        }
        return nil
    }

    func required(_ field: TermsField) throws(TermsError) -> String {
        guard let text = optional(field) else { throw Self.error(field, "", .missing) }
        return text
    }

    func number<Unit>(_ field: TermsField, _ bound: Bound) throws(TermsError) -> Fixed<Unit> {
        try number(field, bound, from: try required(field))
    }

    /// A number that may be absent.
    func number<Unit>(
        _ field: TermsField, _ bound: Bound, default absent: Fixed<Unit>
    ) throws(TermsError) -> Fixed<Unit> {
        guard let text = optional(field) else { return absent }
        return try number(field, bound, from: text)
    }

    func name<Value>(
        _ field: TermsField, _ read: (String) throws(NameError) -> Value
    ) throws(TermsError) -> Value {
        let text = try required(field)
        do { return try read(text) } catch { throw Self.error(field, text, .name(error)) }
    }

    /// A whole number that chooses a case; nil when the field is absent or blank.
    func choice(_ field: TermsField) throws(TermsError) -> Int? {
        guard let text = optional(field) else { return nil }
        guard let number = Int(text) else {
            throw Self.error(field, text, .number(.notANumber(text)))
        }
        return number
    }

    static func error(
        _ field: TermsField, _ value: String, _ reason: TermsError.Reason
    ) -> TermsError {
        TermsError(field: field.rawValue, reason: reason, value: value)
    }

    private func number<Unit>(
        _ field: TermsField, _ bound: Bound, from text: String
    ) throws(TermsError) -> Fixed<Unit> {
        let value: Fixed<Unit>
        do { value = try Fixed(text) } catch { throw Self.error(field, text, .number(error)) }
        switch bound {
        case .positive where !value.isPositive: throw Self.error(field, text, .notPositive)
        case .notNegative where value.isNegative: throw Self.error(field, text, .negative)
        case .positive, .notNegative: return value
        }
    }
}
