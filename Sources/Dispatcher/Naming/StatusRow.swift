import Shared

/// One line of the naming table: an answer for every status that names something.
struct StatusRow {
    let executed, pending, modify, cancelled, rejected: Naming

    /// Acknowledgements change nothing under any id, and part of a fill is not booked (domain §4).
    subscript(status: OrdStatus) -> Naming {
        switch status {
        case .executed: executed
        case .pending: pending
        case .modify: modify
        case .cancelled: cancelled
        case .rejected: rejected
        case .acknowledged: .ignored(.acknowledgement)
        case .partial: .dead(.partialFill)
        }
    }
}
