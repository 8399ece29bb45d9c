/// One step of an account, as a decision made it: the order after it, the money that moves, and
/// everything that others must be told. Versions and totals are not in it: `Account.applying` adds
/// them, so that a chain of decisions numbers itself.
package struct Transition: Sendable, Equatable {
    package let type: EventType
    package let eventID: EventID
    /// The order after the step; nil for steps of the account alone.
    package var order: Order?
    package var ledger: [LedgerEntry]
    /// The configuration after the step; nil where it stays.
    package var config: AccountConfig?
    /// New ids of the order. They are claimed before the step is applied.
    package var newIDs: [LifecycleID]
    package var sends: [ProviderMessage]
    /// The answer to the command that made the step.
    package var answer: CommandAnswer?
    /// Fields of the event besides the snapshot: the reference's names for this type of event.
    package var details: Fields

    package init(
        _ type: EventType, _ eventID: EventID, order: Order? = nil, ledger: [LedgerEntry] = [],
        config: AccountConfig? = nil, newIDs: [LifecycleID] = [], sends: [ProviderMessage] = [],
        answer: CommandAnswer? = nil, details: Fields = Fields()
    ) {
        self.type = type
        self.eventID = eventID
        self.order = order
        self.ledger = ledger
        self.config = config
        self.newIDs = newIDs
        self.sends = sends
        self.answer = answer
        self.details = details
    }
}

/// The answer to a command under its request id.
package struct CommandAnswer: Sendable, Equatable {
    package let request: RequestID
    package let result: CommandResult

    package init(request: RequestID, result: CommandResult) {
        self.request = request
        self.result = result
    }
}
