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
    let fields: Fields
    /// Entry id of the report behind it; nil where a command is behind it.
    let arrival: EntryID?

    init(_ fields: Fields) throws(MessageError) {
        try MessageVersion.check(fields)
        do throws(FieldError) {
            let userType = try fields.required("user_type") { try UserType(text: $0) }
            account = try fields.required("user_id") { try AccountID(userType, $0) }
            number = try fields.required("orders_version", Number.int64)
            token = try fields.required("orders_token")
            let name = try fields.required("type")
            guard let type = EventType(rawValue: name) else {
                throw FieldError("type", name, rule: "is no event that this version knows")
            }
            self.type = type
            order = try fields.optional("order_id") { try OrderID($0) }
        } catch {
            throw .unreadable(error)
        }
        self.fields = fields
        arrival = fields[EventField.arrival].flatMap { EntryID($0) }
    }

    /// What moved the balance, as the record wrote it: `kind=amount …`.
    var ledger: [(kind: String, amount: String)] {
        NamedList(text: fields["ledger"] ?? "").entries.map { (String($0.name), String($0.value)) }
    }
}
