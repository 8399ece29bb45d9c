package import Shared

/// Which parts of an account a batch needs.
package struct LoadRequest: Sendable, Equatable {
    package let account: AccountID
    package var orders: [OrderID]
    package var requests: [RequestID]

    package init(account: AccountID, orders: [OrderID] = [], requests: [RequestID] = []) {
        self.account = account
        self.orders = orders
        self.requests = requests
    }
}

/// An account as it was loaded, and what else was there.
package struct LoadedAccount: Sendable, Equatable {
    package let account: Account
    /// The loaded hash of each order that is kept, to write only what differs.
    package let orderFields: [OrderID: Fields]
    /// The margins that were stored, by field name.
    package let marginFields: Set<String>
    /// Records that are not published yet, oldest first.
    package let outbox: [Record]
    /// The server's clock when it was loaded, ms. `apply` carries it back.
    package let now: Int64

    package init(
        account: Account, orderFields: [OrderID: Fields], marginFields: Set<String>,
        outbox: [Record], now: Int64
    ) {
        self.account = account
        self.orderFields = orderFields
        self.marginFields = marginFields
        self.outbox = outbox
        self.now = now
    }
}

package enum ApplyReply: Sendable, Equatable {
    /// When, by the server's clock, ms.
    case applied(at: Int64)
    /// Somebody else moved the account, or the decision is too old: load and decide again.
    case conflict(String)
}

/// What the script answers that marks an event dead.
package enum DeadMarkReply: Sendable, Equatable {
    /// A later apply of the event does nothing.
    case marked
    /// It was applied: publish and settle it.
    case applied
    /// Neither the order nor what is left of it exists: no mark is needed.
    case unknownOrder
    /// Somebody else buried this very entry, and a person has brought the event back since: who marks
    /// it only now has slept, and nothing was marked.
    case redriven
}

package enum EmitReply: Sendable, Equatable {
    case appended
    /// It is there already.
    case present
    /// Another record stands under this number.
    case fork
    /// A number before it is missing.
    case gap
}

/// What became of an account's published records when they were to leave its outbox.
package enum UnboxReply: Sendable, Equatable {
    case removed
    /// More was published than the account knows of: its writes were lost.
    case fork
}

/// What processing accounts needs of the store. Each call is one pipelined round trip; an item that
/// failed does not touch the others.
package protocol AccountStore: PriceStore {
    func load(_ requests: [LoadRequest]) -> [Result<LoadedAccount, StoreError>]

    /// Terms of groups; a missing hash is an empty `Fields`.
    func terms(_ keys: [TermsKey]) throws(StoreError) -> [TermsKey: Fields]

    /// Claims new ids for their orders for a day; false where the id is taken, whoever took it.
    func claim(_ ids: [IDClaim]) -> [Result<Bool, StoreError>]

    func apply(_ writes: [AccountWrite]) -> [Result<ApplyReply, StoreError>]

    /// Marks an event dead that came by an entry of its queue.
    func markDead(
        _ key: OrderKey, _ event: EventID, _ reason: DeadReason, entry: EntryID
    ) throws(StoreError) -> DeadMarkReply

    /// Parks an account: its token changes, so earlier decisions conflict.
    func park(_ account: AccountID, reason: String, token: OrdersToken) throws(StoreError)

    /// Writes the lookups and identity fields of records, for good.
    func publishLookups(_ records: [Record]) -> [Result<Void, StoreError>]

    /// Sends the records' messages to their providers, each id once. An item's answer is for its
    /// record; a message that is too old to send makes a dead letter of its own.
    func publishSends(_ records: [Record]) -> [Result<Void, StoreError>]

    /// Appends the records' events, in this order. All accounts lie in this partition.
    func publishEvents(
        _ records: [Record], partition: Int
    ) throws(StoreError) -> [EmitReply]

    /// Announces answered commands. Whoever missed it reads the result's key.
    func announce(_ commands: [AnsweredCommand]) throws(StoreError)
}

/// A command whose answer stands under its key.
package struct AnsweredCommand: Hashable, Sendable {
    package let account: AccountID
    package let request: RequestID

    package init(account: AccountID, request: RequestID) {
        self.account = account
        self.request = request
    }
}

/// A group's terms of a symbol.
package struct TermsKey: Hashable, Sendable {
    package let group: String
    package let symbol: Symbol

    package init(group: String, symbol: Symbol) {
        self.group = group
        self.symbol = symbol
    }
}

/// A generated id and the order it is to lead to.
package struct IDClaim: Hashable, Sendable {
    package let id: LifecycleID
    package let order: OrderID

    package init(id: LifecycleID, order: OrderID) {
        self.id = id
        self.order = order
    }
}
