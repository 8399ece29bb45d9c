import ServiceRuntime
import Shared

/// How one report ends, or waits.
enum DispatchEnd: Sendable, Equatable {
    case routed(Role)
    case ignored(IgnoreReason)
    case deferred(DeferReason)
    /// With what the dead letter says besides the report.
    case dead(DeadReason, String)
    /// The store was away, or a report before it of the same account waits.
    case held
    /// The store refused; an attempt.
    case failed(String)

    init(_ error: StoreError) {
        self = error.isUnavailable ? .held : .failed("\(error)")
    }

    /// Whether later reports of the account wait for this one.
    var waits: Bool {
        switch self {
        case .held, .failed: true
        case .routed, .ignored, .deferred, .dead: false
        }
    }
}

/// One report of a batch on its way through the dispatcher.
struct DispatchItem {
    let entry: Entry
    let report: Report
    var found: FoundOrder?
    var end: DispatchEnd?

    init(_ entry: Entry, _ report: Report) {
        self.entry = entry
        self.report = report
    }

    /// Whose report it is, as far as is known.
    var account: AccountID? { found?.key.account ?? report.key?.account }

    /// What tells this report from the next one of its id and status (domain §4).
    var identity: ReportIdentity {
        if let exec = report.execID { return .exec(exec) }
        if let token = report.token { return .token(token) }
        return .entry("\(entry.arrival)")
    }

    /// Whether the report keeps the name that it is given first: it has neither exec id nor token, or
    /// it is under the order's own id, where the state tells what is meant. A dispatcher that died
    /// between routing and settling it would else leave it both routed and dead. A fill is one
    /// whatever it is named.
    var isNamedOnce: Bool {
        if case .entry = identity { return true }
        guard found?.kind == .order, case .status(let status) = report.content else {
            return false
        }
        return status != .executed
    }

    /// What its name is kept under. An account's reports come through two partitions, whose entries
    /// may share an id; one that a person sends again is named anew.
    func nameKey(in partition: Int) -> String {
        let redriven = entry.fields[EntryField.redriven].map { "/\($0)" } ?? ""
        return "\(partition)/\(entry.arrival)\(redriven)"
    }

    /// The messages to a provider that this report, named so, refuses: under the reported id, and
    /// under the id of the request that is meant where the order's own is reported. None where the
    /// report refuses nothing, where a person has brought it in, and where the order's sends are the
    /// house's, which has no wire.
    func doubtful(_ event: OrderEventKind) -> [SentMessage] {
        guard case .status(.rejected) = report.content, let refused = RejectionType(event),
            case .kept(let order)? = found?.stored, order.placement.flow != .house,
            entry.fields[EntryField.redriven] == nil, entry.fields[EventField.resolvedBy] == nil
        else { return [] }
        var ids = [report.id]
        if let meant = order.currentID(of: refused.idKind), meant != report.id {
            ids.append(meant)
        }
        return ids.map {
            SentMessage(provider: order.placement.flow, account: order.account, id: $0)
        }
    }

    /// What the report is known by, once it has changed its order.
    private func eventID(_ status: OrdStatus) -> EventID {
        EventID(reported: report.id, status: status, identity: identity)
    }

    /// Whether the order has been changed by this report before.
    func isApplied(_ status: OrdStatus, to stored: StoredOrder) -> Bool {
        switch stored {
        case .kept(let order): order.applied.contains(eventID(status).text)
        case .done(let done): done.applied.contains(eventID(status).text)
        case .unknown: false
        }
    }

    /// What the worker is told.
    func message(_ event: OrderEventKind, _ status: OrdStatus, _ found: FoundOrder) -> OrderMessage
    {
        OrderMessage(
            key: found.key, event: event,
            eventID: eventID(status),
            reportID: report.id, idKind: found.kind, status: status, execID: report.execID,
            averagePrice: report.averagePrice, cumulativeQuantity: report.cumulativeQuantity,
            reason: report.reason, timestamp: report.timestamp, arrival: "\(entry.arrival)",
            report: JSONText.object(original))
    }

    /// The report as it came, without what the runtime wrote on it while it waited.
    private var original: Fields {
        Fields(entry.fields.list.filter { !EntryField.all.contains($0.name) })
    }
}
