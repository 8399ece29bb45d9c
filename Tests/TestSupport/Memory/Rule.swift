/// The rules of architecture §3 that guard against crashes, sleepers, repeats and reordering. The
/// simulation takes out one at a time to show that it is needed: a switch each, nothing else.
package enum Rule: String, Sendable, CaseIterable, Hashable {
    /// Fetch hands out entries to the holder of the lease only.
    case leaseAtFetch = "lease at fetch"
    /// Settle disposes for the holder of the lease only.
    case leaseAtSettle = "lease at settle"
    /// Settle disposes only of what it acknowledges itself.
    case acknowledgedOnce = "settle only what is pending"
    /// Whoever takes a lane over reads first what was handed out and not settled.
    case pendingFirst = "pending first after a take-over"
    /// Apply compares the account's token.
    case token = "token at apply"
    /// Apply compares the versions of the orders.
    case orderVersion = "order version at apply"
    /// The loop looks the event up before it decides.
    case appliedAtDecision = "applied events at the decision"
    /// Apply refuses an event that was applied.
    case appliedAtApply = "applied events at apply"
    /// Apply refuses a decision more than two seconds old.
    case age = "age of a decision"
    /// A dead letter leaves a mark, so that a sleeper does not apply it.
    case deadMark = "mark of dead letters"
    /// The event is noted with its change, not before it.
    case notedWithChange = "event noted with its change"
    /// Ids are claimed before they are used.
    case claim = "claim of ids"
    /// Nothing leaves before the change is applied.
    case applyFirst = "apply before publish"
    /// Whoever finds records in an outbox publishes them before it settles.
    case foreignOutbox = "publish what others left"
    /// Ids lead to their order before a provider hears of them.
    case lookupsFirst = "lookups before sends"
    /// A provider's queue takes each id once.
    case sentOnce = "ids sent once"
    /// A record leaves the outbox after its event is in the stream, not before.
    case unboxLast = "unbox last"
    /// An event is appended only as the next number of its account.
    case emitNumber = "number at emit"
    /// The dispatcher keeps the name that it once gave a report.
    case named = "name of a report kept"
    /// A message that kills processes is dead after the third.
    case suspect = "suspects"
}
