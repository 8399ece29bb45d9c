package import Shared

/// What the dispatcher needs of the store: from any id to an order, and into the workers' queues.
/// Each call is one pipelined round trip; an item that failed does not touch the others.
package protocol DispatchStore: OrderLookup {
    /// The orders themselves, or what is left of them.
    func orders(_ keys: [OrderKey]) -> [Result<StoredOrder, StoreError>]

    /// Whether a provider may have got a message without our knowing: its connection has marked the
    /// id in doubt (architecture §4).
    func inDoubt(_ sent: [SentMessage]) -> [Result<Bool, StoreError>]

    /// Stores how a report without identity was named, unless it was named before; returns the name
    /// that stands (`named:{T}:<entry id>`, a day).
    func name(_ reports: [ReportName]) -> [Result<String, StoreError>]

    /// Appends messages to the queues of roles. Repeats are harmless: workers know each event.
    func route(_ messages: [RoutedMessage]) -> [Result<Void, StoreError>]

    /// Attaches a provider's new id to an order under a kind it already has (recovery).
    func attach(_ id: LifecycleID, _ kind: IDKind, to key: OrderKey) throws(StoreError)
}

/// A message to a provider, by what finds the mark of its sending.
package struct SentMessage: Sendable, Equatable {
    package let provider: Provider
    package let account: AccountID
    package let id: LifecycleID

    package init(provider: Provider, account: AccountID, id: LifecycleID) {
        self.provider = provider
        self.account = account
        self.id = id
    }
}

/// How the dispatcher understood one report, under the report's entry id.
package struct ReportName: Sendable, Equatable {
    package let account: AccountID
    package let entry: String
    package let name: String

    package init(account: AccountID, entry: String, name: String) {
        self.account = account
        self.entry = entry
        self.name = name
    }
}

package struct RoutedMessage: Sendable, Equatable {
    package let role: Role
    package let partition: Int
    package let fields: Fields

    package init(role: Role, partition: Int, fields: Fields) {
        self.role = role
        self.partition = partition
        self.fields = fields
    }
}
