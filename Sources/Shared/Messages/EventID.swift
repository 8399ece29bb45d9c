/// The identity of what changes an order. It is scoped to the order, stored with the change, and
/// never claimed before the work is done (domain §4).
package struct EventID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(text: String) { self.text = text }

    /// A report's: reported id, status, and the exec id, else the idempotency token, else the entry
    /// id of the report in its queue.
    package init(reported: LifecycleID, status: OrdStatus, identity: ReportIdentity) {
        text = "\(reported.text)/\(status.rawValue)/\(identity.text)"
    }

    /// A command's.
    package init(request: RequestID) { text = "request/" + request.text }

    package var description: String { text }
}

/// What tells one report of an id and status from the next one.
package enum ReportIdentity: Hashable, Sendable {
    case exec(String)
    case token(String)
    case entry(String)

    package var text: String {
        switch self {
        case .exec(let id): "e:" + Escape.text(id)
        case .token(let token): "t:" + Escape.text(token)
        case .entry(let entry): "n:" + entry
        }
    }
}

/// A report's status, normalised (domain §4).
package enum OrdStatus: String, Sendable, CaseIterable, Hashable {
    case executed = "EXECUTED"
    case pending = "PENDING"
    case modify = "MODIFY"
    case cancelled = "CANCELLED"
    case rejected = "REJECTED"
    /// An acknowledgement: ACK, FIX 6 and E.
    case acknowledged = "ACK"
    /// FIX 1: this house books whole fills only.
    case partial = "PARTIAL"

    /// Reads a status in any case and spelling, or as a FIX number.
    package init?(text: String) {
        switch text.uppercased() {
        case "EXECUTED", "FILLED", "2": self = .executed
        case "PENDING", "0", "A": self = .pending
        case "MODIFY", "5": self = .modify
        case "CANCELLED", "CANCELED", "4", "C": self = .cancelled
        case "REJECTED", "8": self = .rejected
        case "ACK", "6", "E": self = .acknowledged
        case "1": self = .partial
        default: return nil
        }
    }
}
