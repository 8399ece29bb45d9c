package import Shared

/// One difference between what should be and what is.
package struct Finding: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What was held against what. The numbers are the invariants of architecture §3.
    package enum Check: String, Sendable, CaseIterable {
        /// 3: `orders_version` of Redis, of the events and of Postgres agree, without gap.
        case version
        /// 3: the same number, the same token.
        case token
        /// 3: `events:{p}` carries each account's numbers in order, once.
        case stream
        /// 4: book, index and holdings name the same orders.
        case book
        /// 4: `m:<SYM>` is its recomputation, totals are their sum.
        case margin
        /// 5: the balance is the sum of the ledger.
        case balance
        /// An order in Postgres is the order in Redis.
        case order
        /// Records that are not published, accounts that are parked.
        case pending
        /// Something that cannot be read at all.
        case unreadable
    }

    package let account: String
    package let check: Check
    package let detail: String

    package init(_ account: AccountID, _ check: Check, _ detail: String) {
        self.account = account.tag
        self.check = check
        self.detail = detail
    }

    package init(about subject: String, _ check: Check, _ detail: String) {
        account = subject
        self.check = check
        self.detail = detail
    }

    package var description: String { "\(account) \(check.rawValue): \(detail)" }

    package static func < (left: Finding, right: Finding) -> Bool {
        (left.account, left.check.rawValue, left.detail)
            < (right.account, right.check.rawValue, right.detail)
    }
}

/// What a reconciliation saw.
package struct AuditReport: Sendable {
    package var accounts = 0
    package var activeOrders = 0
    package var events: Int64 = 0
    /// Sum of all balances, dollars.
    package var balances = Money.zero
    /// Sum of all ledger rows, dollars.
    package var ledger = Money.zero
    package var findings: [Finding] = []

    package init() {}

    package var isClean: Bool { findings.isEmpty }
}
