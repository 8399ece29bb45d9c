/// The names that the runtime itself adds to a message that waits.
package enum EntryField {
    /// Entry id under which it first arrived in its queue.
    package static let arrival = "arrival"
    /// How often it was deferred.
    package static let deferrals = "deferrals"
    /// When it was first deferred, ms by the server's clock.
    package static let deferredAt = "deferred_at"
    /// Set by a redrive: how often the message came back from the dead letters.
    package static let redriven = "redriven"

    package static let all = [arrival, deferrals, deferredAt, redriven]
}
