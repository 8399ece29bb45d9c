import Shared

/// What a person has verified of a request: the report that the provider owes (domain §7).
struct Resolution: Sendable, Equatable {
    enum Verdict: String, Sendable, CaseIterable {
        case filled, confirmed, cancelled, rejected

        init(text: String) throws {
            guard let known = Verdict(rawValue: text) else {
                let all = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure("must be one of \(all)")
            }
            self = known
        }

        var status: OrdStatus {
            switch self {
            case .filled: .executed
            case .confirmed: .pending
            case .cancelled: .cancelled
            case .rejected: .rejected
            }
        }
    }

    let order: Order
    let id: LifecycleID
    let verdict: Verdict
    /// As the provider has it, before our half spread.
    let price: Price?
    let execID: String
    let by: String
    let note: String?

    /// Throws where the order has no such request open, or the verdict does not fit it.
    ///
    /// - Parameter execID: the provider's own, where it is known; else one of ours that a repeat has
    ///   too.
    init(
        _ verdict: Verdict, of id: LifecycleID, _ order: Order, price: Price?, execID: String?,
        by: String, note: String?
    ) throws {
        guard let kind = order.kind(of: id) else {
            throw Failure("order \(order.id) has no id '\(id)'")
        }
        let fitting = try Self.verdicts(on: kind, id, of: order)
        guard fitting.contains(verdict) else {
            let names = fitting.map(\.rawValue).joined(separator: ", ")
            throw Failure("'\(id)' can only be \(names)")
        }
        switch (verdict, price) {
        case (.filled, nil): throw Failure("a fill needs --price")
        case (.rejected, .some), (.cancelled, .some):
            throw Failure("--price says nothing of what was \(verdict.rawValue)")
        case (.filled, let price?), (.confirmed, let price?):
            guard price.isPositive else { throw Failure("--price must be above zero") }
        case (.confirmed, nil), (.rejected, nil), (.cancelled, nil): break
        }
        self.order = order
        self.id = id
        self.verdict = verdict
        self.price = price
        self.execID = Self.execID(id, verdict, execID)
        self.by = by
        self.note = note
    }

    /// What may have become of a request. Only what waits for an answer can be resolved, and a fill of
    /// what is over, which providers do report.
    private static func verdicts(
        on kind: IDKind, _ id: LifecycleID, of order: Order
    ) throws -> [Verdict] {
        if kind == .order { return try verdicts(onOwn: order) }
        let isOpen = isOpen(kind, order) && order.currentID(of: kind) == id
        guard isOpen else {
            throw Failure(
                "'\(id)' waits for no answer: order \(order.id) is \(order.state.rawValue)")
        }
        switch kind {
        case .order: return []
        case .close: return [.filled, .rejected]
        case .modify: return [.confirmed, .rejected, .filled]
        case .cancel, .stopLossCancel, .takeProfitCancel: return [.cancelled, .rejected, .filled]
        case .stopLoss: return legVerdicts(order.stopLoss.state)
        case .takeProfit: return legVerdicts(order.takeProfit.state)
        }
    }

    private static func verdicts(onOwn order: Order) throws -> [Verdict] {
        switch order.state {
        case .queued: return [.filled, .rejected, .cancelled]
        case .pendingQueued: return [.confirmed, .filled, .cancelled, .rejected]
        case .pending, .modifying, .cancelling: return [.filled, .cancelled]
        case .cancelled, .rejected: return [.filled]
        case .open, .closing, .closed:
            throw Failure(
                "order \(order.id) is \(order.state.rawValue): resolve the id of its request "
                    + "('fleet order show \(order.id)')")
        }
    }

    private static func isOpen(_ kind: IDKind, _ order: Order) -> Bool {
        switch kind {
        case .order: true
        case .close: order.state == .closing
        case .modify: order.state == .modifying
        case .cancel: order.state == .cancelling
        case .stopLoss: order.state.isPosition && order.stopLoss.state != .none
        case .takeProfit: order.state.isPosition && order.takeProfit.state != .none
        case .stopLossCancel: order.stopLoss.state == .cancelling
        case .takeProfitCancel: order.takeProfit.state == .cancelling
        }
    }

    private static func legVerdicts(_ state: LegState) -> [Verdict] {
        state == .placing ? [.confirmed, .rejected, .filled] : [.filled, .cancelled]
    }
}

extension Resolution {
    /// The identity of its event: the same however often it is said.
    var event: EventID { Self.event(id, verdict, execID) }

    static func event(_ id: LifecycleID, _ verdict: Verdict, _ execID: String?) -> EventID {
        EventID(
            reported: id, status: verdict.status,
            identity: .exec(Self.execID(id, verdict, execID)))
    }

    private static func execID(
        _ id: LifecycleID, _ verdict: Verdict, _ given: String?
    ) -> String { given ?? "resolved:\(id):\(verdict.rawValue)" }

    /// The report, under the person's name.
    ///
    /// - Parameter now: by Redis' clock, ms.
    func report(at now: Int64) -> ExecutionReport {
        var report = ExecutionReport(
            on: id, key: order.key, status: verdict.status, execID: execID, averagePrice: price,
            quantity: verdict == .filled ? order.quantity : nil,
            reason: "resolved by \(by)" + (note.map { ": \($0)" } ?? ""), timestamp: now)
        report.fields[EventField.resolvedBy] = by
        return report
    }
}
