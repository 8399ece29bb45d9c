import PostgresDriver
import ServiceRuntime
import Shared

/// An account as Postgres remembers it, with all that Redis would still hold.
struct RememberedAccount {
    let id: AccountID
    let number: Int64
    let token: String
    let portfolio: Fields
    let config: Fields
    /// Active orders, and those that ended within the time in which something of them is kept.
    var orders: [RememberedOrder] = []
    /// Accepted commands of the last day.
    var answers: [CommandAnswer] = []
}

struct RememberedOrder {
    let order: Order
    let snapshot: Fields
    /// The event that made it what it is.
    let event: Fields
    /// Ms since it ended; nil while it is active.
    let endedFor: Int64?
}
