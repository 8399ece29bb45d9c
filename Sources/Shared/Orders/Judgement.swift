/// What one event does to one order: the judgement that all workers share (domain §3). Pure. The
/// loop has looked the event id up before; what is judged here is an event that is new.
package enum Judgement: Sendable, Hashable {
    /// The order moves. The verdict is resolved: `.to`, `.restore`, `.keep`, or `.byLeg` where the
    /// leg's `StateTable.legVerdict` is a move.
    case applies(Verdict)
    case ignored(IgnoreReason)
    case deferred(DeferReason)
    case dead(DeadReason)

    package static func of(_ message: OrderMessage, on stored: StoredOrder) -> Judgement {
        switch stored {
        case .kept(let order): of(message, on: order)
        case .done(let done): of(message, onRestOf: done)
        case .unknown: .deferred(.unknownID)
        }
    }

    private static func of(_ message: OrderMessage, on order: Order) -> Judgement {
        if let fault = fault(of: message, on: order) { return fault }
        return judge(StateTable.verdict(message.event, in: order.state), message, order)
    }

    /// What ends an event before the state is asked. A repeat comes first: it is one in every
    /// state.
    private static func fault(of message: OrderMessage, on order: Order) -> Judgement? {
        guard message.event.isFill else {
            let isCurrent = order.isCurrent(message.reportID, of: message.idKind)
            return isCurrent && !isOvertaken(message, on: order) ? nil : .ignored(.late)
        }
        if isBooked(message, in: order.execs) { return .ignored(.repeatedFill) }
        if let filled = message.cumulativeQuantity, filled.isPositive,
            filled < order.filledQuantity(reported: filled)
        {
            return .dead(.partialFill)
        }
        return isAmbiguous(message) ? .dead(.ambiguousFill) : nil
    }

    /// An order's own id is named as a close while one is in flight; without an exec id it may as
    /// well be the opening fill once more.
    private static func isAmbiguous(_ message: OrderMessage) -> Bool {
        message.event == .closeFilled && message.idKind == .order && message.execID == nil
    }

    /// A booked exec id makes a fill a repeat, whatever id and event it comes under.
    private static func isBooked(_ message: OrderMessage, in execs: NamedList) -> Bool {
        guard let exec = message.execID else { return false }
        return execs.contains(Escape.text(exec))
    }

    private static func judge(
        _ verdict: Verdict, _ message: OrderMessage, _ order: Order
    ) -> Judgement {
        switch verdict {
        case .to, .restore, .keep: .applies(verdict)
        case .from(let state, let then, let otherwise):
            judge(order.stateBefore == state ? then : otherwise, message, order)
        case .replacement:
            isReplacement(message, of: order)
                ? .applies(.to(order.stateWhenReplaced)) : .ignored(.late)
        case .byLeg: judgeLeg(message, order)
        case .early: .deferred(.early)
        case .late: .ignored(.late)
        case .dead(let reason): .dead(reason)
        }
    }

    private static func judgeLeg(_ message: OrderMessage, _ order: Order) -> Judgement {
        guard let leg = message.event.leg,
            case .to? = StateTable.legVerdict(message.event, in: order[leg].state)
        else { return .ignored(.late) }
        return .applies(.byLeg)
    }

    /// A provider that modifies by cancel and replace: what it confirms behind its cancel rests.
    private static func isReplacement(_ message: OrderMessage, of order: Order) -> Bool {
        guard order.stateBefore == .modifying, let cancel = order.cancelledByArrival,
            let cancelled = position(cancel), let arrived = position(message.arrival)
        else { return false }
        return arrived > cancelled
    }

    /// The same provider's cancel, where the worker that books changes came first: the order rests by
    /// a confirmation that lies behind it. Or a cancel behind which another one was booked. What is
    /// cancelled under the id of our own cancel is gone, wherever it lies.
    private static func isOvertaken(_ message: OrderMessage, on order: Order) -> Bool {
        guard message.event == .cancelConfirmed, message.idKind != .cancel,
            let arrived = position(message.arrival)
        else { return false }
        return [order.modifiedByArrival, order.cancelledByArrival].contains { booked in
            guard let booked = booked.flatMap(position) else { return false }
            return arrived < booked
        }
    }

    /// A stream's entry id as two numbers, so that `9-1` lies before `10-0`.
    private static func position(_ entry: String) -> (Int64, Int64)? {
        let parts = entry.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Int64(parts[0]), let sequence = Int64(parts[1]) else {
            return nil
        }
        return (time, sequence)
    }

    /// Nothing moves an order that is no longer kept; a fill of it is money that hangs in the air.
    private static func of(_ message: OrderMessage, onRestOf done: OrderDone) -> Judgement {
        guard message.event.isFill else { return .ignored(.late) }
        if isBooked(message, in: done.execs) { return .ignored(.repeatedFill) }
        guard case .dead(let reason) = StateTable.verdict(message.event, in: done.state) else {
            return .dead(.lateFill)
        }
        return .dead(reason)
    }
}

extension Order {
    /// A cancel that came upon the change is still to be answered by the order that replaced it.
    fileprivate var stateWhenReplaced: OrderState {
        requests.cancelID == nil ? .pending : .cancelling
    }

    /// The id under which the last request of a kind was made; nil where none was.
    package func currentID(of kind: IDKind) -> LifecycleID? {
        switch kind {
        case .order: LifecycleID(id)
        case .close: requests.closeID
        case .modify: requests.modifyID
        case .cancel: requests.cancelID
        case .stopLoss: stopLoss.id
        case .takeProfit: takeProfit.id
        case .stopLossCancel: stopLoss.cancelID
        case .takeProfitCancel: takeProfit.cancelID
        }
    }

    /// Whether an answer under this id is one to the last request of its kind. An id that a
    /// provider was given in recovery is attached behind the request that it stands for, so it is
    /// current until the next request; the order's own ids always are.
    func isCurrent(_ id: LifecycleID, of kind: IDKind) -> Bool {
        guard kind != .order else { return true }
        guard let current = currentID(of: kind) else { return false }
        guard id != current else { return true }
        let names = ids.entries.map(\.name)
        guard let own = names.firstIndex(where: { $0 == current.text }),
            let reported = names.firstIndex(where: { $0 == id.text })
        else { return false }
        return reported > own
    }
}
