import Shared

/// A naming as `named:{T}:<entry id>` keeps it: its class and its name, `event closeFilled`.
extension Naming {
    var text: String {
        switch self {
        case .event(let event): "event \(event.rawValue)"
        case .ignored(let reason): "ignored \(reason.rawValue)"
        case .dead(let reason): "dead \(reason.rawValue)"
        case .deferred(let reason): "deferred \(reason.rawValue)"
        }
    }

    init(text: String) throws(FieldError) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let known = parts.count == 2 ? Naming.reader(of: parts[0])?(parts[1]) : nil
        guard let known else {
            throw FieldError("named", text, rule: "is no naming that this version knows")
        }
        self = known
    }

    private static func reader(of name: String) -> ((String) -> Naming?)? {
        switch name {
        case "event": { OrderEventKind(rawValue: $0).map { .event($0) } }
        case "ignored": { IgnoreReason(rawValue: $0).map { .ignored($0) } }
        case "dead": { DeadReason(rawValue: $0).map { .dead($0) } }
        case "deferred": { DeferReason(rawValue: $0).map { .deferred($0) } }
        default: nil
        }
    }
}
