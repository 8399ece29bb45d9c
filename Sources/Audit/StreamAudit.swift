import PostgresDriver
import ServiceRuntime
import Shared

/// What is still in a partition's events must carry each account's numbers in order, once, up to its
/// last published one, each under the token that Postgres has for it.
struct StreamAudit {
    private let published: [String: RedisView.Published]
    private var last: [String: Int64] = [:]
    private(set) var findings: [Finding] = []

    /// - Parameter published: read before the stream, which may have grown since.
    init(published: [String: RedisView.Published]) { self.published = published }

    /// - Parameter tokens: what Postgres has of the page's steps.
    mutating func take(
        _ page: [Entry], tokens: ([AccountStep]) throws -> [AccountStep: String]
    ) throws {
        var steps: [(step: AccountStep, token: String, entry: EntryID)] = []
        for entry in page {
            guard let step = read(entry) else { continue }
            let account = step.account.tag
            if let before = last[account], step.number != before + 1 {
                found(account, .stream, "entry \(entry.id): \(step.number) after \(before)")
            }
            last[account] = step.number
            steps.append((step, entry.fields["orders_token"] ?? "", entry.id))
        }
        let known = try tokens(steps.map(\.step))
        for (step, token, entry) in steps {
            // Where Postgres has none yet, the account's own numbers tell.
            guard let other = known[step], other != token else { continue }
            found(
                step.account.tag, .token,
                "entry \(entry): \(step.number) is \(token), in Postgres \(other)")
        }
    }

    mutating func finish() {
        for (account, number) in last {
            guard let published = published[account]?.number, published > number else { continue }
            found(account, .stream, "ends with \(number), though \(published) was published")
        }
    }

    private mutating func read(_ entry: Entry) -> AccountStep? {
        do {
            let userType = try entry.fields.required("user_type") { try UserType(text: $0) }
            let account = try entry.fields.required("user_id") { try AccountID(userType, $0) }
            let number = try entry.fields.required("orders_version", Number.int64)
            return AccountStep(account: account, number: number)
        } catch {
            findings.append(
                Finding(about: "events", .unreadable, "entry \(entry.id): \(error)"))
            return nil
        }
    }

    private mutating func found(
        _ account: String, _ check: Finding.Check, _ detail: String
    ) {
        findings.append(Finding(about: account, check, detail))
    }
}
