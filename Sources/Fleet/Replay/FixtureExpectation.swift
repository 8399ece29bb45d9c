import Shared

/// What must be true once the entries or the price before it are handled.
struct FixtureExpectation: Sendable, Equatable {
    private(set) var state: OrderState?
    /// `applied`, `ignored`, `deferred`, `dead`, `accepted`, `refused`, with `:<reason>` or without;
    /// of each entry, where several were put in together.
    private(set) var outcome: String?
    /// The order that is looked at, where it is not that of the entry before.
    private(set) var key: OrderKey?
    /// Fields of the holdings. `*` is any value, an empty text none.
    private(set) var fields = Fields()
    /// Fields of the account's `user_portfolio`, likewise.
    private(set) var portfolio = Fields()
    /// Fields of `order_data:<order>`, likewise.
    private(set) var orderData = Fields()
    /// Fields of `order_triggers:<order>`, the house's triggers, likewise.
    private(set) var triggers = Fields()
    /// Where ids lead: any lifecycle id, and the order's id.
    private(set) var lookups = Fields()
    /// All events of the account so far, in order, by some of their fields each; nil where nobody asks.
    private(set) var events: [Fields]?
    /// All messages about the order that lie in its provider's queue, likewise.
    private(set) var sent: [Fields]?
    /// How often the entry before was deferred, at least.
    private(set) var deferrals: Int?

    init(_ json: JSONValue) throws {
        guard case .object(let members) = json else { throw Failure("'expect' must be an object") }
        for member in members { try take(member) }
    }

    /// Whether it says anything that only an order has.
    var concernsOrder: Bool {
        state != nil || sent != nil
            || ![fields, orderData, triggers].allSatisfy(\.isEmpty)
    }

    private mutating func take(_ member: JSONValue.Member) throws {
        switch (member.name, member.value) {
        case ("state", .string(let text)): state = try Self.state(text)
        case ("outcome", .string(let text)): outcome = try Self.outcome(text)
        case ("key", .string(let text)): key = try OrderKey(text: text)
        case ("state", _), ("outcome", _), ("key", _):
            throw Failure("'\(member.name)' must be a text")
        case ("fields", _): fields = try FixtureLine.fields(member)
        case ("portfolio", _): portfolio = try FixtureLine.fields(member)
        case ("order_data", _): orderData = try FixtureLine.fields(member)
        case ("triggers", _): triggers = try FixtureLine.fields(member)
        case ("lookups", _):
            lookups = try FixtureLine.fields(member)
            for lookup in lookups.list { _ = try LifecycleID(lookup.name) }
        case ("events", _): events = try Self.list(member)
        case ("sent", _): sent = try Self.list(member)
        case ("deferrals", .string(let text)), ("deferrals", .number(let text)):
            deferrals = try Self.count(text)
        case ("deferrals", _): throw Failure("'deferrals' must be a number")
        default: throw Failure("unknown key '\(member.name)'")
        }
    }

    private static func state(_ text: String) throws -> OrderState {
        guard let known = OrderState(rawValue: text) else {
            throw Failure("state '\(text)' is none")
        }
        return known
    }

    private static func outcome(_ text: String) throws -> String {
        let word = String(text.prefix { $0 != ":" })
        guard FixtureOutcome.words.contains(word) else {
            let words = FixtureOutcome.words.joined(separator: ", ")
            throw Failure("outcome '\(text)' is none of \(words)")
        }
        return text
    }

    private static func count(_ text: String) throws -> Int {
        guard let number = Int(text), (1...100).contains(number) else {
            throw Failure("deferrals '\(text)' is no whole number from 1 to 100")
        }
        return number
    }

    private static func list(_ member: JSONValue.Member) throws -> [Fields] {
        guard case .array(let items) = member.value else {
            throw Failure("'\(member.name)' must be a list")
        }
        return try items.map { try FixtureLine.fields(JSONValue.Member(member.name, $0)) }
    }
}
