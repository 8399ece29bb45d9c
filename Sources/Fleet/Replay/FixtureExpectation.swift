import Shared

/// What must be true once the entry or price before it is handled.
struct FixtureExpectation: Sendable, Equatable {
    let state: OrderState?
    /// `applied`, `ignored`, `deferred`, `dead`, `accepted`, `refused`, with `:<reason>` or without.
    let outcome: String?
    /// The order that is looked at, where it is not that of the entry before.
    let key: OrderKey?
    /// Fields of the holdings. `*` is any value, an empty text none.
    let fields: Fields
    /// Fields of the account's `user_portfolio`, likewise.
    let portfolio: Fields

    init(_ json: JSONValue) throws {
        guard case .object(let members) = json else { throw Failure("'expect' must be an object") }
        var state: OrderState?
        var outcome: String?
        var fields = Fields()
        var portfolio = Fields()
        for member in members {
            switch (member.name, member.value) {
            case ("state", .string(let text)):
                guard let known = OrderState(rawValue: text) else {
                    throw Failure("state '\(text)' is none")
                }
                state = known
            case ("outcome", .string(let text)):
                let word = String(text.prefix { $0 != ":" })
                guard FixtureOutcome.words.contains(word) else {
                    let words = FixtureOutcome.words.joined(separator: ", ")
                    throw Failure("outcome '\(text)' is none of \(words)")
                }
                outcome = text
            case ("key", .string): break
            case ("fields", _): fields = try FixtureLine.fields(member)
            case ("portfolio", _): portfolio = try FixtureLine.fields(member)
            case ("state", _), ("outcome", _), ("key", _):
                throw Failure("'\(member.name)' must be a text")
            default: throw Failure("unknown key '\(member.name)'")
            }
        }
        self.state = state
        self.outcome = outcome
        key = try json.text(ifPresent: "key").map { try OrderKey(text: $0) }
        self.fields = fields
        self.portfolio = portfolio
    }
}
