import ServiceRuntime
import Shared

/// A message as a fixture puts it into a queue.
struct FixtureEntry: Sendable, Equatable {
    let role: Role
    /// The order that it is about; nil for commands.
    let key: OrderKey?
    /// What the fixture calls the order that this command places.
    let name: String?
    let fields: Fields

    private static let names: Set<String> = ["queue", "key", "name", "fields"]

    init(_ json: JSONValue) throws {
        guard case .object(let members) = json else { throw Failure("must be an object") }
        for member in members where !Self.names.contains(member.name) {
            throw Failure("unknown key '\(member.name)'")
        }
        guard case .string(let queue)? = json["queue"] else {
            throw Failure("'queue' must be a text")
        }
        role = try Role(name: queue)
        key = try json.text(ifPresent: "key").map { try OrderKey(text: $0) }
        name = try json.text(ifPresent: "name")
        guard name == nil || role == .orders else {
            throw Failure("'name' is for commands that place an order")
        }
        guard let fields = json["fields"] else { throw Failure("'fields' is missing") }
        self.fields = try FixtureLine.fields(.init("fields", fields))
    }

    /// The message of a dead letter, as it goes back into its queue.
    init(letter: DeadLetter) throws {
        guard case .queue(let role) = letter.lane.source else {
            throw Failure("dead letter \(letter.name) is an event, which no queue takes")
        }
        self.role = role
        key = letter.key
        name = nil
        fields = letter.message
    }

    /// As the queue holds it: with the key, and the version of messages unless it names another.
    var message: Fields {
        var message = fields
        if message["v"] == nil { message["v"] = MessageVersion.current }
        if let key, message["key"] == nil, role != .orders { message["key"] = key.text }
        return message
    }

    /// The order that it is about; nil for commands that name none.
    func order() throws -> OrderKey? {
        if let key { return key }
        guard role == .orders, let id = fields.present("order_id") else { return nil }
        return OrderKey(try account(), try OrderID(id))
    }

    /// The account in whose partition it lies.
    func account() throws -> AccountID {
        if let key { return key.account }
        let type = try fields.required("user_type") { try UserType(text: $0) }
        return try fields.required("user_id") { try AccountID(type, $0) }
    }
}

extension JSONValue {
    /// A member's text; nil where there is none of that name.
    func text(ifPresent name: String) throws -> String? {
        switch self[name] {
        case .string(let text): text
        case nil: nil
        case .null, .bool, .number, .array, .object: throw Failure("'\(name)' must be a text")
        }
    }
}
