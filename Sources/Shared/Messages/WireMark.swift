/// What a provider connection knows of the sending of one message: the value of a field of
/// `wired:{provider-<name>:p}`, whose name is the message's id (architecture §4). The queue and its
/// partition are those of the message: the provider is the order's flow, p the account's partition.
///
/// Text: `<state> <ms> <entry id> <status> <attempt>`, e.g.
/// `sent 1767600000000 1767600000000-3 OPEN 4f.1`.
package struct WireMark: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Marked before its first byte; whoever finds it so and did not write it itself knows
        /// neither that it left nor that it did not.
        case wired
        /// Handed over whole, once.
        case sent
        /// Its connection's process died between marking and noting: a dead letter, not sent again.
        case inDoubt = "in_doubt"
        /// Somebody had a message in doubt sent again, and it is marked a second time.
        case resending
        /// Handed over a second time: there may be two answers to it.
        case resent
    }

    package let state: State
    /// When the mark was set, by the server's clock, ms.
    package let since: Int64
    /// The entry under which it lay in its queue. A redrive makes another one.
    package let entry: String
    /// The kind of request, as its `status` tells it.
    package let status: String
    /// Who set it, and which time: only whoever set a mark knows whether a byte left under it.
    package let attempt: String

    package init(state: State, since: Int64, entry: String, status: String, attempt: String) {
        self.state = state
        self.since = since
        self.entry = entry
        self.status = status
        self.attempt = attempt
    }

    package init(text: String) throws(FieldError) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let state = State(rawValue: parts[0]), let since = Int64(parts[1])
        else {
            throw FieldError(
                "wired", text, rule: "is not <state> <ms> <entry id> <status> <attempt>")
        }
        self.init(
            state: state, since: since, entry: parts[2], status: parts[3], attempt: parts[4])
    }

    package var text: String { "\(state.rawValue) \(since) \(entry) \(status) \(attempt)" }

    /// Whether a REJECTED for this id says nothing about what became of it, because the provider may
    /// have it from an earlier time: such a report is dead `in_doubt`, never a refusal (domain §4).
    /// A message that was only marked is not meant: its answer may come before the note that it
    /// was sent.
    package var isInDoubt: Bool {
        switch state {
        case .wired, .sent: false
        case .inDoubt, .resending, .resent: true
        }
    }
}

extension ProviderMessage {
    /// How old a message may be when it leaves, ms: the price it was decided at is long gone
    /// (architecture §3, `stale_send`).
    package static let mostAge = 12 * 3_600_000
}
