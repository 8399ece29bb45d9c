import ServiceRuntime
package import Shared
import TestSupport

/// A dead letter that is left when all is mended, and what it is about.
package struct LeftLetter {
    package let reason: DeadReason?
    package let order: OrderID?
    /// The reported id.
    let id: String
    /// As in event ids: exec id, token or entry.
    let identity: String
    let status: OrdStatus?
    let isReport: Bool
    let arrival: String?
    package let name: String

    var event: String { "\(id)/\(status?.rawValue ?? "")/\(identity)" }

    /// What the provider told, where the order is known.
    var told: Told? { order.map { Told(order: $0, identity: identity) } }

    init(_ letter: Entry, _ lane: LaneID, _ world: MemoryWorld) {
        let fields = letter.fields
        reason = fields[DeadField.reason].flatMap(DeadReason.init(rawValue:))
        isReport = lane.source == .queue(.reports)
        arrival = fields[EntryField.arrival]
        id = fields["report_id"] ?? fields["order_id"] ?? ""
        status = fields["ord_status"].flatMap { OrdStatus(text: $0) }
        if let event = fields["event_id"]?.split(separator: "/").last {
            identity = String(event)
        } else if let exec = fields["exec_id"] {
            identity = "e:" + exec
        } else if let token = fields["idempotency"] {
            identity = "t:" + token
        } else {
            identity = "n:" + (fields[EntryField.arrival] ?? "")
        }
        let lookup = (try? LifecycleID(id)).flatMap { world[string: Keys.lookup($0)] }
        order = lookup.flatMap { try? OrderID($0) }
        name = "\(lane) \(id) \(identity) \(fields[DeadField.reason] ?? "")"
    }
}
