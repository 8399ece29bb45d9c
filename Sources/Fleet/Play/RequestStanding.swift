import Shared

/// What an order says of a request that was accepted for it.
enum RequestStanding: Sendable, Equatable {
    /// The provider has not answered.
    case onItsWay
    /// It was granted, or something else happened to the order: that is for others to judge.
    case done
    /// The order is where it was before.
    case rejected

    static func ofPlacement(_ order: Order) -> Self {
        switch order.state {
        case .queued, .pendingQueued: .onItsWay
        case .rejected: .rejected
        case .pending, .modifying, .cancelling, .open, .closing, .closed, .cancelled: .done
        }
    }

    /// - Parameter price: the one that was asked for; it is not the one before.
    static func ofModify(to price: Price, _ order: Order) -> Self {
        switch order.state {
        case .modifying: .onItsWay
        case .pending: order.price == price ? .done : .rejected
        case .queued, .pendingQueued, .cancelling, .open, .closing, .closed, .cancelled,
            .rejected:
            .done
        }
    }

    static func ofCancel(_ order: Order) -> Self {
        switch order.state {
        case .cancelling: .onItsWay
        case .pendingQueued, .pending, .modifying: .rejected
        case .queued, .open, .closing, .closed, .cancelled, .rejected: .done
        }
    }

    static func ofClose(_ order: Order) -> Self {
        switch order.state {
        case .closing: .onItsWay
        case .open: .rejected
        case .queued, .pendingQueued, .pending, .modifying, .cancelling, .closed, .cancelled,
            .rejected:
            .done
        }
    }

    static func of(_ leg: Leg, _ order: Order) -> Self {
        guard order.state.isPosition else { return .done }
        return switch order[leg].state {
        case .placing: .onItsWay
        case .none: .rejected
        case .active, .cancelling: .done
        }
    }
}
