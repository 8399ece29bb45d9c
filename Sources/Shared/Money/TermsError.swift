/// Why a group's terms of an instrument cannot be traded on: the field and the rule it breaks.
package struct TermsError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The field is absent or blank.
        case missing
        case number(NumberError)
        case name(NameError)
        /// The field must be above zero.
        case notPositive
        /// The field must not be below zero.
        case negative
        /// `min_lot` is above `max_lot`.
        case minimumAboveMaximum
    }

    /// The field as Redis names it.
    package let field: String
    package let reason: Reason
    /// What the field holds; empty when it is missing.
    package let value: String

    /// The reason text: short, bounded, countable.
    package var code: String {
        switch reason {
        case .missing: "terms_missing"
        case .number(let error): error.code
        case .name(let error): error.code
        case .notPositive: "not_positive"
        case .negative: "negative"
        case .minimumAboveMaximum: "minimum_above_maximum"
        }
    }
}

extension TermsError: CustomStringConvertible {
    package var description: String { "\(code) \(field) '\(value.prefix(40))'" }
}
