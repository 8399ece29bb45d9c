import ServiceRuntime
import Shared

/// One entry of `events:{p}` as the writer reads it: what it orders, folds and checks by. All other
/// fields stay texts.
struct EventRow: Sendable {
    let account: AccountID
    /// `orders_version` of the account.
    let number: Int64
    let token: String
    let type: EventType
    let order: OrderID?
    /// State of the order after it; nil for steps of the account alone.
    let state: OrderState?
    let fields: Fields
    /// Entry id of the report behind it; nil where a command is behind it.
    let arrival: EntryID?
    /// The fields by name: a row asks for some fifty of them.
    private let values: [String: String]

    init(_ entry: Fields) throws(MessageError) {
        try MessageVersion.check(entry)
        do throws(FieldError) {
            fields = try EventEntry.event(entry)
            account = try EventRow.account(fields)
            number = try fields.required("orders_version", Number.int64)
            token = try fields.required("orders_token")
            type = try fields.required("type") { try EventRow.known("type", $0) }
            order = try fields.optional("order_id") { try OrderID($0) }
            state = try fields.optional("to_state") { try EventRow.known("to_state", $0) }
        } catch {
            throw .unreadable(error)
        }
        arrival = fields[EventField.arrival].flatMap { EntryID($0) }
        values = Dictionary(
            fields.list.lazy.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whose event it is: enough to stop that account where nothing else can be read.
    static func account(_ fields: Fields) throws(FieldError) -> AccountID {
        let userType = try fields.required("user_type") { try UserType(text: $0) }
        return try fields.required("user_id") { try AccountID(userType, $0) }
    }

    private static func known<Value: RawRepresentable>(
        _ field: String, _ text: String
    ) throws(FieldError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw FieldError(field, text, rule: "is no value that this version knows")
        }
        return value
    }

    subscript(name: String) -> String? { values[name] }

    /// The value of a field, where an empty text means the same as none.
    func present(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// What moved the balance, as the record wrote it: `kind=amount …`.
    var ledger: [(kind: String, amount: String)] {
        guard let text = values["ledger"] else { return [] }
        return NamedList(text: text).entries.map { (String($0.name), String($0.value)) }
    }
}
