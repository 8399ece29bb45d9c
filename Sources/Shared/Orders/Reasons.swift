/// Why a message was ignored. It is counted and settled.
package enum IgnoreReason: String, Sendable, CaseIterable, Hashable {
    /// Its event id is applied already.
    case duplicate
    /// Its exec id is booked already: a repeated fill.
    case repeatedFill = "repeated_fill"
    /// The order is past it, or an acknowledgement that changes nothing.
    case late
    /// A provider's acknowledgement (ACK, FIX 6 or E).
    case acknowledgement
    /// An answer that its kind of id cannot carry, such as CANCELLED for a modify id.
    case meaningless
    /// Recovery: a provider's new id was attached to its order, which changes nothing else.
    case attached
    /// Not an execution report.
    case notAReport = "not_a_report"
}

/// Why a message waits (architecture §3). Commands never wait.
package enum DeferReason: String, Sendable, CaseIterable, Hashable {
    /// The order exists, but is not that far.
    case early
    /// The rate that turns this event's money into dollars is missing or too old (domain §6).
    case waitingForRate = "waiting_for_rate"
    /// The house has no fresh price to close at (domain §5).
    case waitingForPrice = "waiting_for_price"
    /// Nobody knows the id, yet.
    case unknownID = "unknown_id"

    /// How long it may wait before it is dead; nil waits on without limit. Milliseconds.
    package var patience: Int64? {
        switch self {
        case .early: 24 * 3_600_000
        case .unknownID: 600_000
        case .waitingForRate, .waitingForPrice: nil
        }
    }

    /// What it dies of when its patience is over.
    package var death: DeadReason {
        switch self {
        case .unknownID: .unknownID
        case .early, .waitingForRate, .waitingForPrice: .neverReady
        }
    }
}

/// Why a message is a dead letter: somebody has to look at it, because money may hang on it.
package enum DeadReason: String, Sendable, CaseIterable, Hashable {
    case accountParked = "account_parked"
    case ambiguous
    case ambiguousFill = "ambiguous_fill"
    case attempts
    case crashLoop = "crash_loop"
    /// A person threw it away: a later report of it is a dead letter again, and nothing waits for it.
    case dropped
    case impossible
    case inDoubt = "in_doubt"
    case lateFill = "late_fill"
    case neverReady = "never_ready"
    /// The message names an event that the reader of its queue does not serve: one that this version
    /// of the fleet has no worker for, or that lies in another worker's queue.
    case notServed = "not_served"
    case partialFill = "partial_fill"
    /// It would have been early, and an event before it died of failure.
    case parked
    case secondFill = "second_fill"
    case staleSend = "stale_send"
    case unknownID = "unknown_id"
    case unknownStatus = "unknown_status"
    case unknownVersion = "unknown_version"
    case unmappedCancelState = "unmapped_cancel_state"
    case unpublished
    case unreadable

    /// It died of a failure, so later events of its order wait for it (architecture §3).
    package var isFailure: Bool { self == .attempts || self == .crashLoop }
}
