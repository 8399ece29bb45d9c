import ServiceRuntime
import Shared

/// Which dead letters are meant. What is not said does not matter; letters named outright must meet the
/// rest too.
struct LetterFilter: Sendable, Equatable {
    var names: Set<String> = []
    var queue: String?
    var reasons: Set<String> = []
    var account: AccountID?
    var order: OrderID?
    /// Milliseconds since 1970, both included.
    var since: Int64?
    var until: Int64?

    /// Whether anything was said at all.
    var isEmpty: Bool { self == LetterFilter() }

    func matches(_ letter: DeadLetter) -> Bool {
        (names.isEmpty || names.contains(letter.name))
            && (queue ?? letter.lane.queueName) == letter.lane.queueName
            && (reasons.isEmpty || reasons.contains(letter.reasonText))
            && (account == nil || letter.account == account)
            && (order == nil || letter.key?.order == order
                || letter.entry.fields["order_id"] == order?.text)
            && (since ?? .min) <= letter.diedAt && letter.diedAt <= (until ?? .max)
    }
}

/// How commands say it.
extension LetterFilter {
    static let options = [
        Option("queue", "name", "only of this queue, such as open or events/persistence"),
        Option(
            "reason", "reasons", "only of these reasons, by commas, such as attempts,crash_loop"),
        Option("account", "account", "only of this account, such as live:42"),
        Option("order", "id", "only of this order"),
        Option("since", "time", "only died since: 15m, 2h or 3d ago, or 2026-08-31T15:33Z"),
        Option("until", "time", "only died until then"),
    ]

    static let names = Positional(
        "id", "<queue>:<partition>/<entry>, as the list has it", count: .any)

    /// - Parameter now: the clock that stamped the letters, ms.
    init(_ invocation: Invocation, now: Int64) throws {
        names = Set(invocation.positionals)
        queue = invocation.option("queue")
        reasons = Set(try invocation.option("reason", Self.reasons) ?? [])
        account = try invocation.option("account") { try AccountID(tag: $0) }
        order = try invocation.option("order") { try OrderID($0) }
        since = try invocation.option("since") { try Moment($0).milliseconds(at: now) }
        until = try invocation.option("until") { try Moment($0).milliseconds(at: now) }
        if let since, let until, since > until {
            throw invocation.fail("--since lies behind --until")
        }
    }

    private static func reasons(_ text: String) throws -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in names where DeadReason(rawValue: name) == nil {
            let known = DeadReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure("'\(name)' is none of \(known)")
        }
        return names
    }
}
