import ServiceRuntime
import Shared

/// One line of a fixture (JSON lines): what is set up, put into a queue, or expected.
enum FixtureLine: Sendable, Equatable {
    /// What the fixture shows, for its reader.
    case about
    case account(FixtureAccount)
    case terms(InstrumentTerms)
    case market(symbol: Symbol, FixturePrice)
    /// Fields of holdings; what is missing follows from the account. `name` is what the fixture
    /// calls it.
    case order(account: AccountID, name: String?, fields: Fields)
    case entry(FixtureEntry)
    /// Dead letters of the last entry's account go back into their queues.
    case redrive(DeadReason)
    case expect(FixtureExpectation)

    /// Reads a line; a name that it does not know is an error.
    init(_ text: String) throws {
        let json = try JSONParser.parse(text)
        guard case .object(let members) = json, let first = members.first else {
            throw Failure(
                "must be an object with one of about, account, terms, market, order, queue, redrive, "
                    + "expect")
        }
        if first.name == "queue" || members.contains(where: { $0.name == "queue" }) {
            self = .entry(try FixtureEntry(json))
            return
        }
        guard members.count == 1 else {
            throw Failure("'\(members[1].name)' does not belong beside '\(first.name)'")
        }
        switch first.name {
        case "about":
            guard case .string = first.value else { throw Failure("'about' must be a text") }
            self = .about
        case "account": self = .account(try FixtureAccount(try Self.fields(first)))
        case "terms": self = try Self.terms(first)
        case "market": self = try Self.market(try Self.fields(first))
        case "order": self = try Self.order(try Self.fields(first))
        case "redrive": self = .redrive(try Self.reason(try Self.fields(first)))
        case "expect": self = .expect(try FixtureExpectation(first.value))
        default: throw Failure("unknown key '\(first.name)'")
        }
    }

    private static func terms(_ member: JSONValue.Member) throws -> FixtureLine {
        let fields = try fields(member)
        let group = try fields.required("group", TermsInput.groupName)
        let symbol = try fields.required("symbol") { try Symbol($0) }
        let rest = fields.list.filter { $0.name != "group" && $0.name != "symbol" }
        return .terms(
            try TermsInput.terms(group, symbol, rest.map { .init($0.name, .string($0.value)) }))
    }

    private static func market(_ fields: Fields) throws -> FixtureLine {
        try fields.check(known: ["symbol", "bid", "ask", "age"])
        let age = try fields.optional("age") { text in
            guard let age = Int64(text), (1...86_400_000).contains(age) else {
                throw Failure("must be a whole number of ms from 1 to 86400000")
            }
            return age
        }
        return .market(
            symbol: try fields.required("symbol") { try Symbol($0) },
            FixturePrice(
                bid: try fields.required("bid") { try Price($0) },
                ask: try fields.required("ask") { try Price($0) }, age: age ?? 0))
    }

    private static func reason(_ fields: Fields) throws -> DeadReason {
        try fields.check(known: ["reason"])
        return try fields.required("reason") { text in
            guard let reason = DeadReason(rawValue: text) else {
                throw Failure("'\(text)' is no reason of dead letters")
            }
            return reason
        }
    }

    private static func order(_ fields: Fields) throws -> FixtureLine {
        let fixed = ["order_id", "user_type", "user_id", "symbol", "leverage", "flow"]
        let known = fixed + ["name", "placed_as", "created_at", "account_number"]
        try fields.check(known: Set(known).union(Order.changingNames))
        let type = try fields.required("user_type") { try UserType(text: $0) }
        let account = try fields.required("user_id") { try AccountID(type, $0) }
        let holdings = Fields(fields.list.filter { $0.name != "name" })
        return .order(account: account, name: fields.present("name"), fields: holdings)
    }

    /// An object of texts and numbers as fields.
    static func fields(_ member: JSONValue.Member) throws -> Fields {
        guard case .object(let members) = member.value else {
            throw Failure("'\(member.name)' must be an object")
        }
        return Fields(
            try members.map { field in
                switch field.value {
                case .string(let text), .number(let text): Fields.Field(field.name, text)
                case .null, .bool, .array, .object:
                    throw Failure("'\(member.name).\(field.name)' must be a text or a number")
                }
            })
    }
}

/// A price as a fixture sets it.
struct FixturePrice: Sendable, Equatable {
    let bid: Price
    let ask: Price
    /// How long ago it was the market's, ms.
    let age: Int64
}

/// An account as a fixture sets it up.
struct FixtureAccount: Sendable, Equatable {
    let account: AccountID
    let config: AccountConfig
    let balance: Money

    init(_ fields: Fields) throws {
        try fields.check(known: [
            "user_type", "user_id", "group", "leverage", "balance", "sending_orders", "status",
            "account_number",
        ])
        let type = try fields.required("user_type") { try UserType(text: $0) }
        account = try fields.required("user_id") { try AccountID(type, $0) }
        config = try AccountConfig(fields)
        balance = try fields.required("balance") { try Money($0) }
    }
}

extension Fields {
    /// Refuses the first name that is not known.
    func check(known: Set<String>) throws(Failure) {
        for field in list where !known.contains(field.name) {
            throw Failure("unknown key '\(field.name)'")
        }
    }
}
