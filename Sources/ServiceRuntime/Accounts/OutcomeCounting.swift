package import Shared

/// What the loop tells of its work, to be counted, measured and logged.
package protocol OutcomeCounting: AnyObject {
    /// One more of an outcome, by its reason.
    func count(_ outcome: OutcomeClass, _ reason: String)

    /// A message was applied.
    ///
    /// - Parameters:
    ///   - arrival: entry id under which it (or its report) arrived, by the server's clock.
    ///   - at: the server's clock in the script that applied it, ms.
    func applied(arrival: EntryID, at: Int64)

    /// What stands at a value now, such as whether a connection is up. No spaces in the name.
    func gauge(_ name: String, _ value: Int)

    /// An account took a step.
    func transition(_ record: Record)

    /// Something that somebody should look at.
    func alarm(_ message: StaticString, _ values: KeyValuePairs<String, String>)
}

extension OutcomeCounting {
    package func gauge(_ name: String, _ value: Int) {}
}

/// Every accepted message ends as one of the first four; the others happen on the way.
package enum OutcomeClass: String, Sendable, CaseIterable {
    case applied
    case ignored
    case refused
    case dead
    case deferred
    case conflict
}
