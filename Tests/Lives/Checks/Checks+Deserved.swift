import ServiceRuntime
import Shared
import TestSupport

/// A dead letter that is left when all is mended, and what it is about.
struct LeftLetter {
    let reason: DeadReason?
    let order: OrderID?
    /// The reported id.
    let id: String
    /// As in event ids: exec id, token or entry.
    let identity: String
    let status: OrdStatus?
    let isReport: Bool
    let arrival: String?
    let name: String

    var event: String { "\(id)/\(status?.rawValue ?? "")/\(identity)" }

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

/// Dead letters are exactly those that the provider's misdeeds deserve.
extension Checks {
    /// What is dead when nothing is left to be brought back.
    var leftLetters: [LeftLetter] {
        SimulatedService.allCases.flatMap { service in
            (0..<world.partitions).flatMap { partition in
                let lane = service.lane(partition)
                return world.entries(of: lane.dead).map { LeftLetter($0, lane, world) }
            }
        }
    }

    func deserved() -> [String] {
        let letters = leftLetters
        let dead = Set(letters.map(\.identity))
        let applied = Set(events.values.joined().compactMap { $0["event_id"] })
        let arrivals = Set(
            events.values.joined().map { event in
                "\(event["event_id"] ?? "") \(event[EventField.arrival] ?? "")"
            })
        var found = simulation.provider.unread.map { "provider cannot read \($0)" }
        for letter in letters {
            if !isDeserved(letter) { found.append("1: \(letter.name) is dead for nothing") }
            // Another one of the same event may have been applied behind it where the provider
            // contradicted itself; the report itself not.
            let isPlain = letter.order.flatMap { simulation.provider.orders[$0] }?.isPlain ?? true
            let isApplied = isPlain && applied.contains(letter.event)
            let isSame = arrivals.contains("\(letter.event) \(letter.arrival ?? "")")
            if letter.isReport, isApplied || isSame {
                found.append("1: report \(letter.name) is dead and applied")
            }
        }
        for part in simulation.provider.parts where !dead.contains(part) {
            found.append("1: part \(part) is no dead letter")
        }
        return found
    }

    private func isDeserved(_ letter: LeftLetter) -> Bool {
        let provider = simulation.provider
        guard !provider.parts.contains(letter.identity) else { return true }
        guard let id = letter.order, let truth = provider.orders[id], let reason = letter.reason
        else { return false }
        return !truth.isPlain && DeadReason.judgements.contains(reason)
    }
}

extension DeadReason {
    /// What contradictory reports may come to.
    fileprivate static let judgements: Set<DeadReason> = [
        .ambiguous, .ambiguousFill, .impossible, .lateFill, .partialFill, .secondFill, .unreadable,
        .unmappedCancelState,
    ]
}
