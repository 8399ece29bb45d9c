/// Why a text is no part of a key.
package enum KeyError: Error, Hashable, Sendable {
    /// The text holds `{` or `}`, which would move its keys to another slot.
    case brace(field: String, text: String)
    case empty(field: String)
    case unknownUserType(String)
    /// The text breaks the rule that stands beside it.
    case malformed(field: String, text: String, rule: String)

    /// A short bounded name, to count by.
    package var code: String {
        switch self {
        case .brace: "brace_in_tag"
        case .empty: "empty"
        case .unknownUserType: "unknown_user_type"
        case .malformed: "malformed"
        }
    }
}

extension KeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .brace(let field, let text): "\(field) '\(text)' holds a brace"
        case .empty(let field): "\(field) is empty"
        case .unknownUserType(let text):
            "user_type '\(text)' is none of live, demo, strategy_provider, copy_follower"
        case .malformed(let field, let text, let rule): "\(field) '\(text)' is not \(rule)"
        }
    }
}
