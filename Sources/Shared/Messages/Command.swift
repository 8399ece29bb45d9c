/// What a command asks for (domain §7).
package enum CommandKind: Hashable, Sendable {
    case accountCreate
    case accountConfigure
    case deposit
    case withdraw
    case order(OrderCommandKind)

    package static let all: [CommandKind] =
        [.accountCreate, .accountConfigure, .deposit, .withdraw]
        + OrderCommandKind.allCases.map { .order($0) }

    package var name: String {
        switch self {
        case .accountCreate: "account_create"
        case .accountConfigure: "account_configure"
        case .deposit: "deposit"
        case .withdraw: "withdraw"
        case .order(let kind): kind.rawValue
        }
    }

    package init(text: String) throws(FieldError) {
        guard let known = CommandKind.all.first(where: { $0.name == text }) else {
            throw FieldError(
                "command", text,
                rule: "is none of " + CommandKind.all.map(\.name).joined(separator: ", "))
        }
        self = known
    }
}

/// A command as it lies in `queue:{orders:p}`. What makes it unreadable as a command at all (no
/// account, no request id) is a dead letter; every other fault is an answer that names the field.
package struct Command: AccountMessage, Equatable {
    package let account: AccountID
    package let requestID: RequestID
    package let fields: Fields
    /// The order it is about; nil where it names none, or names one that is no order id.
    package let order: OrderID?
    /// When it was first accepted into the queue: the ms of that entry's id, by the server's clock.
    package let acceptedAt: Int64

    package init(_ fields: Fields, entry: String) throws(MessageError) {
        try MessageVersion.check(fields)
        self.fields = fields
        do throws(FieldError) {
            let userType = try fields.required("user_type") { try UserType(text: $0) }
            account = try fields.required("user_id") { try AccountID(userType, $0) }
            requestID = try fields.required("request_id") { try RequestID($0) }
        } catch {
            throw .unreadable(error)
        }
        order = fields.present("order_id").flatMap { try? OrderID($0) }
        // What came back from the dead letters says when it first came; nothing came later than now.
        acceptedAt =
            [entry, fields.present(EntryField.arrival)].compactMap { id in
                id.flatMap { Int64($0.prefix { $0 != "-" }) }
            }.min() ?? 0
    }

    package var eventID: EventID { EventID(request: requestID) }

    package var request: CommandRequest? { CommandRequest(id: requestID, digest: digest) }

    /// FNV-1a over names and values, without `ts`, which a repeat may change, and without what a
    /// redrive adds.
    private var digest: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let named = fields.list.filter { $0.name != "ts" && $0.name != EntryField.arrival }
            .sorted { $0.name < $1.name }
        for byte in Netstring.encode(named.flatMap { [$0.name, $0.value] }).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }
}

/// The answer to a command: `order_result:{T}:<request_id>`, kept a day.
package struct CommandResult: Sendable, Equatable {
    package let digest: String
    package let isAccepted: Bool
    /// Why it was refused, with the field where there is one; nil when accepted.
    package let reason: String?
    package let order: OrderID?
    package let lifecycleID: LifecycleID?
    /// By Redis' clock, ms.
    package let timestamp: Int64

    package init(
        digest: String, isAccepted: Bool, reason: String?, order: OrderID?,
        lifecycleID: LifecycleID?, timestamp: Int64
    ) {
        self.digest = digest
        self.isAccepted = isAccepted
        self.reason = reason
        self.order = order
        self.lifecycleID = lifecycleID
        self.timestamp = timestamp
    }

    /// A refusal.
    ///
    /// - Parameter reason: a `RefuseReason`'s code, with its detail where there is one.
    package init(refused reason: String, digest: String, at timestamp: Int64) {
        self.init(
            digest: digest, isAccepted: false, reason: reason, order: nil, lifecycleID: nil,
            timestamp: timestamp)
    }

    package init(_ fields: Fields) throws(FieldError) {
        digest = try fields.required("digest")
        isAccepted = try fields.required("status") == "accepted"
        reason = fields.present("reason")
        order = try fields.optional("order_id") { try OrderID($0) }
        lifecycleID = try fields.optional("lifecycle_id") { try LifecycleID($0) }
        timestamp = try fields.required("ts", Number.int64)
    }

    package var fields: Fields {
        var fields = Fields([
            .init("status", isAccepted ? "accepted" : "refused"), .init("digest", digest),
            .init("ts", String(timestamp)),
        ])
        fields["reason"] = reason
        fields["order_id"] = order?.text
        fields["lifecycle_id"] = lifecycleID?.text
        return fields
    }
}
