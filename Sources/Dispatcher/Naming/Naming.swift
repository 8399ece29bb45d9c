import Shared

/// Which event a report is, or why it is none (domain §4).
enum Naming: Hashable, Sendable {
    case event(OrderEventKind)
    case ignored(IgnoreReason)
    case dead(DeadReason)
    case deferred(DeferReason)

    /// Names what is reported of an id of this kind. The kind of the id decides; the order's state is
    /// consulted only where the id is the order's own, to tell which request is meant.
    ///
    /// - Parameter price: the report's.
    static func of(
        _ status: OrdStatus, on kind: IDKind, of stored: StoredOrder, at price: Price? = nil
    ) -> Naming {
        guard kind == .order else { return row(ofRequest: kind)[status] }
        switch stored {
        case .kept(let order): return row(ofOrder: order, price)[status]
        case .done: return terminal[status]
        case .unknown: return .deferred(.unknownID)
        }
    }

    private static func row(ofRequest kind: IDKind) -> StatusRow {
        switch kind {
        case .order: terminal
        case .modify: modify
        case .cancel: cancel
        case .close: close
        case .stopLoss: stopLoss
        case .takeProfit: takeProfit
        case .stopLossCancel: stopLossCancel
        case .takeProfitCancel: takeProfitCancel
        }
    }

    private static func row(ofOrder order: Order, _ price: Price?) -> StatusRow {
        switch order.state {
        case .queued: queued
        case .pendingQueued, .pending, .modifying, .cancelling: resting(order)
        case .open, .closing: position(order, price)
        case .cancelled: order.stateBefore == .modifying ? replaceable : terminal
        case .closed, .rejected: terminal
        }
    }
}

/// The order's own id: its state tells which request is meant.
extension Naming {
    private static let terminal = StatusRow(
        executed: .event(.filled), pending: .ignored(.late), modify: .event(.modifyConfirmed),
        cancelled: .ignored(.late), rejected: .ignored(.late))

    /// Cancelled, perhaps for a change: its replacement may have been cancelled too.
    private static let replaceable = StatusRow(
        executed: .event(.filled), pending: .ignored(.late), modify: .event(.modifyConfirmed),
        cancelled: .event(.cancelConfirmed), rejected: .ignored(.late))

    /// A market order that the provider cancels was not filled: it is refused.
    private static let queued = StatusRow(
        executed: .event(.filled), pending: .event(.pendingConfirmed),
        modify: .event(.modifyConfirmed), cancelled: .event(.placementRejected),
        rejected: .event(.placementRejected))

    private static func resting(_ order: Order) -> StatusRow {
        StatusRow(
            executed: .event(.filled), pending: .event(.pendingConfirmed),
            modify: .event(.modifyConfirmed), cancelled: .event(.cancelConfirmed),
            rejected: refusal(ofResting: order))
    }

    /// Before its confirmation the placement is what was refused, even with a cancel in flight;
    /// after it the request in flight. With none, a confirmed order was refused: the reject worker
    /// finds that impossible.
    private static func refusal(ofResting order: Order) -> Naming {
        if order.state == .modifying { return .event(.modifyRejected) }
        guard order.state == .cancelling, order.stateBefore != .pendingQueued else {
            return .event(.placementRejected)
        }
        return order.stateBefore == .modifying ? .dead(.ambiguous) : .event(.cancelRejected)
    }

    private static func position(_ order: Order, _ price: Price?) -> StatusRow {
        let placing = legs(of: order, in: .placing)
        let cancelling = legs(of: order, in: .cancelling)
        let close: [OrderEventKind] = order.state == .closing ? [.closeRejected] : []
        return StatusRow(
            executed: .event(order.state == .closing ? .closeFilled : .filled),
            pending: order.awaitsConfirmation && !order.hasAsked(placing, at: price)
                ? .ignored(.late) : only(placing.map(\.confirmed), else: .ignored(.late)),
            modify: .ignored(.late),
            cancelled: only(cancelling.map(\.cancelled), else: .dead(.unmappedCancelState)),
            rejected: only(
                close + placing.map(\.rejected) + cancelling.map(\.cancelRejected),
                else: .dead(.impossible)))
    }

    private static func legs(of order: Order, in state: LegState) -> [Leg] {
        Leg.allCases.filter { order[$0].state == state }
    }

    /// The one candidate; two for one report are ambiguous.
    private static func only(_ candidates: [OrderEventKind], else none: Naming) -> Naming {
        switch candidates.count {
        case 0: none
        case 1: .event(candidates[0])
        default: .dead(.ambiguous)
        }
    }
}

/// The ids of requests: they say themselves what is meant.
extension Naming {
    private static let modify = StatusRow(
        executed: .event(.filled), pending: .event(.modifyConfirmed),
        modify: .event(.modifyConfirmed), cancelled: .ignored(.meaningless),
        rejected: .event(.modifyRejected))

    /// Executed: the cancel lost the race. Pending: an acknowledgement is not a cancel.
    private static let cancel = StatusRow(
        executed: .event(.filled), pending: .ignored(.acknowledgement),
        modify: .ignored(.meaningless), cancelled: .event(.cancelConfirmed),
        rejected: .event(.cancelRejected))

    private static let close = StatusRow(
        executed: .event(.closeFilled), pending: .ignored(.acknowledgement),
        modify: .ignored(.meaningless), cancelled: .event(.closeRejected),
        rejected: .event(.closeRejected))

    private static let stopLoss = leg(.stopLoss)
    private static let takeProfit = leg(.takeProfit)
    private static let stopLossCancel = legCancel(.stopLoss)
    private static let takeProfitCancel = legCancel(.takeProfit)

    private static func leg(_ leg: Leg) -> StatusRow {
        StatusRow(
            executed: .event(leg.filled), pending: .event(leg.confirmed),
            modify: .event(leg.confirmed), cancelled: .event(leg.cancelled),
            rejected: .event(leg.rejected))
    }

    private static func legCancel(_ leg: Leg) -> StatusRow {
        StatusRow(
            executed: .event(leg.filled), pending: .ignored(.acknowledgement),
            modify: .ignored(.meaningless), cancelled: .event(leg.cancelled),
            rejected: .event(leg.cancelRejected))
    }
}

/// The events of a leg by what they say.
extension Leg {
    fileprivate var filled: OrderEventKind {
        self == .stopLoss ? .stopLossFilled : .takeProfitFilled
    }
    fileprivate var confirmed: OrderEventKind {
        self == .stopLoss ? .stopLossConfirmed : .takeProfitConfirmed
    }
    fileprivate var cancelled: OrderEventKind {
        self == .stopLoss ? .stopLossCancelled : .takeProfitCancelled
    }
    fileprivate var rejected: OrderEventKind {
        self == .stopLoss ? .stopLossRejected : .takeProfitRejected
    }
    fileprivate var cancelRejected: OrderEventKind {
        self == .stopLoss ? .stopLossCancelRejected : .takeProfitCancelRejected
    }
}

extension Order {
    /// Whether it filled before the confirmation that it rests was booked. That comes yet, came too
    /// late to be booked, or never comes, under the order's own id: it says nothing of a leg.
    fileprivate var awaitsConfirmation: Bool {
        placement.placedAs.isPending && !applied.entries.contains { confirms($0.name) }
    }

    /// Whether an event was a PENDING under the order's own id, or one that its provider has given
    /// it since.
    private func confirms(_ event: Substring) -> Bool {
        let parts = event.split(separator: "/", maxSplits: 2)
        guard parts.count == 3, parts[1] == OrdStatus.pending.rawValue,
            let reported = try? LifecycleID(String(parts[0]))
        else { return false }
        return kind(of: reported) == .order
    }

    /// Whether its provider was asked for one of these legs at just this price. The confirmation that
    /// the order rests carries another one: its own.
    fileprivate func hasAsked(_ legs: [Leg], at price: Price?) -> Bool {
        legs.contains { leg in
            guard let price, let wanted = self[leg].price else { return false }
            do throws(NumberError) {
                return try price
                    == PriceRules.legPriceSent(
                        side: side, price: wanted, halfSpread: terms.halfSpread)
            } catch {
                return false  // Beyond the range of prices nothing was asked for.
            }
        }
    }
}
