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

/// Why a message is a dead letter: somebody has to look at it, because money may hang on it. Each case
/// says the cause, and what to do; deploy/README.md has the same as a table for operators.
package enum DeadReason: String, Sendable, CaseIterable, Hashable {
    /// Its account is parked (`fleet account show` says for what): mend that, then redrive.
    case accountParked = "account_parked"
    /// Two requests of the order are in flight and the report fits both: ask the provider which one it
    /// answers, then resolve under that request's id.
    case ambiguous
    /// A fill under the order's own id while a close is in flight, without an exec id: the close, or
    /// the opening once more. Ask, then resolve the close or drop.
    case ambiguousFill = "ambiguous_fill"
    /// It failed five times, which its detail describes: mend that, then redrive.
    case attempts
    /// It was alone in hand when three processes died: find out why in their logs, then redrive.
    case crashLoop = "crash_loop"
    /// A person threw it away: a later report of it is a dead letter again, and nothing waits for it.
    case dropped
    /// No order can come from its state to what is reported, such as a refusal of what rests or is
    /// open: compare with the provider's books, then resolve or drop.
    case impossible
    /// Whether a request left is not known, or a refusal came under the id of such a one: ask the
    /// provider. If it has the request, resolve; if not, redrive the request by its name.
    case inDoubt = "in_doubt"
    /// A fill of an order that Redis no longer keeps: a redrive restores the order and books it.
    case lateFill = "late_fill"
    /// It was early for a day, and what should have come before it never came: look for that with
    /// `fleet trace`, resolve it, then redrive.
    case neverReady = "never_ready"
    /// The message names an event that the reader of its queue does not serve: one that this version
    /// of the fleet has no worker for, or that lies in another worker's queue. Whoever wrote it is
    /// wrong: drop, or redrive to a version that knows it.
    case notServed = "not_served"
    /// A part of the order was filled, which the fleet does not book: let the provider fill or cancel
    /// the rest, then resolve with the whole.
    case partialFill = "partial_fill"
    /// It would have been early, and an event before it died of failure: it returns when that does.
    case parked
    /// Another fill of a position that was opened or closed already, under another exec id: ask the
    /// provider whether it traded twice; what it did is settled outside, then drop.
    case secondFill = "second_fill"
    /// A request that waited twelve hours for its provider and was not sent: redrive sends it as it
    /// is; else resolve it as rejected.
    case staleSend = "stale_send"
    /// A report's number has more than eight decimals; rounding it would be a guess: resolve by hand
    /// what it meant, or drop.
    case tooManyDecimals = "too_many_decimals"
    /// For ten minutes nobody knew the id: an order of another system, or one whose lookup was lost.
    case unknownID = "unknown_id"
    /// The provider's status is none that is known: find out what it means, then resolve or drop.
    case unknownStatus = "unknown_status"
    /// The message is of a version that this process does not know: replace the process, then redrive.
    case unknownVersion = "unknown_version"
    /// CANCELLED for a position of which no leg is being cancelled: the provider has cancelled a leg
    /// by itself, or undone the trade. Ask, set the leg again or drop.
    case unmappedCancelState = "unmapped_cancel_state"
    /// The publication of its record killed three processes; the account is parked with the record
    /// kept. Mend that, then redrive: the account trades again.
    case unpublished
    /// Fields are missing or malformed, which its detail names: resolve by hand what it meant, or drop.
    case unreadable

    /// It died of a failure, so later events of its order wait for it (architecture §3).
    package var isFailure: Bool { self == .attempts || self == .crashLoop }
}
